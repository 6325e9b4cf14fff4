"""The prompt API: takes prompts, shows stories, streams them while they are written, and feeds the queue."""
