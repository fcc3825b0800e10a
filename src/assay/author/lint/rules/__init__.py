"""The built-in rules. Each module's docstring is its page; ``rule.py`` says what a rule is."""
