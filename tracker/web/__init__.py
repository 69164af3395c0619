"""Decides nothing itself: the map and the evidence in a browser are the files beside it."""
