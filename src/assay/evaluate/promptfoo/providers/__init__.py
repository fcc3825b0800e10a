"""What answers prompts in a promptfoo configuration: models, HTTP services, programs, code, and the echo."""
