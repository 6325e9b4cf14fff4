"""``python -m prompt_api``."""

from prompt_api.main import main

main()
