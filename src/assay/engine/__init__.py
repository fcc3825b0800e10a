"""The one path that a request takes, in tests and in production."""
