"""Live stories as server-sent events."""
