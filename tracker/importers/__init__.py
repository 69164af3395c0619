"""Decides which files tracker reads: one format a module; see `formats`."""
