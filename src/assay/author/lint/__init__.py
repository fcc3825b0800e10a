"""Checks of prompts as they are written: what is legal and still unwise. One rule a file, in ``rules/``."""
