"""Promotion codes: whether one would be taken, and for how much off."""
