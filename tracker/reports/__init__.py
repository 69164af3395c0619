"""What a night is told as: one document, in three forms."""
