"""What runs the metrics of other tools as graders; a tool is imported by the grader that needs it alone."""
