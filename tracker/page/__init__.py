"""Decides how the situation is shown in a browser: its scripts and styles, and the page that is one file."""
