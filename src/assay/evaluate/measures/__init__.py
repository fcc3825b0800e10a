"""Measures: pure functions from text, or vectors, to numbers and findings; graders turn them into verdicts."""
