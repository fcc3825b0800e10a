"""What model-graded graders share: the question to a judge, the data in it, and the reading of its reply."""
