"""Stories: read, cancel, retry, another variant."""
