"""Samples that are whole conversations: a prompt under test, and a user that a model plays."""
