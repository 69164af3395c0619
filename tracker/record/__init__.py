"""Decides what goes into the log and comes out of it, and how every view follows it."""
