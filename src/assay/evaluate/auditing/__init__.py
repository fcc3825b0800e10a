"""Judges put to the test: what sways them that should not, and what they must get right."""
