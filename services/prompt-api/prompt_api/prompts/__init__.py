"""Prompts: create, list, read, delete."""
