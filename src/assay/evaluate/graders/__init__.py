"""Graders, one a file; ``assay.evaluate.grader`` finds them by name."""
