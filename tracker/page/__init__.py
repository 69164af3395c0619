"""Decides how the situation is shown in a browser: the page's scripts and styles, and the page that is one file."""
