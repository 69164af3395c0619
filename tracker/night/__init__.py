"""What happens at night: places that are due are looked at, flags raised and cleared, the report sent."""
