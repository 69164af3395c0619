"""Decides nothing at run time: measurements of tracker, each printed as figures that others can check."""
