"""Decides in which formats tracker writes what it holds: one format a module; see `formats`."""
