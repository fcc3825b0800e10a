"""Wire formats: pure functions between what ``types`` says and the bytes that servers exchange."""
