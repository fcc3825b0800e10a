"""Looking after datasets: converting, comparing, masking, splitting and checking them. Running suites is not here."""
