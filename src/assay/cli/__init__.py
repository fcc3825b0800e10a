"""The ``assay`` command: one group of verbs a file."""
