"""Why samples did not pass: codes that are found without a model, groups of failures that are alike, flaky cases."""
