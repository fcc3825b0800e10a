"""The dialects that are built in: one file each."""
