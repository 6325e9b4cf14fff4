"""``python -m story_worker``."""

from story_worker.main import main

main()
