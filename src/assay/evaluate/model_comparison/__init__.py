"""The same suite on several models: how good, how dear, how slow, and what would be lost by moving."""
