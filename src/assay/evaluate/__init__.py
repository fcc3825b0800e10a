"""Datasets, graders, the runner, the gate and the report."""
