"""What a model did on its way to a reply: calls of tools, spans of a trace, and what was wanted of them."""
