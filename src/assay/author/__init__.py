"""Prompt files: reading, rendering, versions, lint, diff, import and export."""
