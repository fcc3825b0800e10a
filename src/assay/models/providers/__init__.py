"""The built-in providers, one row a file."""
