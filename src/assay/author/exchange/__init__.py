"""Prompt files of other formats: imported into the native one, and exported from it."""
