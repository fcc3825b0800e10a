"""The parts of the gate: reading its rules, reducing rows to cases, counting, deciding. ``gate.py`` joins them."""
