"""The formats of datasets, one file each; they are found by their names, and nothing needs a list of them."""
