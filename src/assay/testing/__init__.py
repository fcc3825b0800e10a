"""Public fakes and fixtures for tests of Assay and of projects that use it."""
