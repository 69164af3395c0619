"""Decides what is taken in: sentences and options read, names registered, events put on the record."""
