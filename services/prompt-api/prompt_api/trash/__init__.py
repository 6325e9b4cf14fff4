"""The trash: deleted prompts, which can be restored for a while."""
