"""promptfoo's configurations, run unchanged: read and merged, planned lazily, executed by the shared runner."""
