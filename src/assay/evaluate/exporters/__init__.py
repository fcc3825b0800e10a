"""Exporters, one a file; ``assay.evaluate.exporter`` finds them by name."""
