"""Pure numerics: proportions, paired differences, clusters. No I/O, no types of other packages."""
