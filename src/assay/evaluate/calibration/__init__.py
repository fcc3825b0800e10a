"""Judges held against people: which replies to label, what the labels say of the judge, and the corrected figures."""
