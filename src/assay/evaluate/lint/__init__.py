"""Lint of suites: what is unwise in a suite file, found before anything is run."""
