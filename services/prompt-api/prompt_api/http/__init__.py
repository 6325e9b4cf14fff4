"""What HTTP needs everywhere: problem documents, trace ids, owner cookies, health, metrics and the docs page."""
