"""Decides what claims mean: pure rules, with no database, clock, file or framework."""
