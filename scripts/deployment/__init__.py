"""Puts releases on a host over SSH; ``fabfile.py`` is its command line."""
