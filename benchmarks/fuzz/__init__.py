"""Decides what becomes of hostile files: made from good ones, imported for real, watched while that lasts."""
