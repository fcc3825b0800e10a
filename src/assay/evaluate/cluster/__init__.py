"""Running a plan on several machines: cut into shards, run by workers, gathered in order."""
