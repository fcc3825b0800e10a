"""How many calls an account may have under way, and how fast: learnt from answers, and one gate around it."""
