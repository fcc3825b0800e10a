"""Calling a model: wire families, providers, prices, token counts, the embedded model."""
