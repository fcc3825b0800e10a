"""One file a rule; its page is in docs/reference/suite-lint."""
