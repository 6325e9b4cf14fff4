"""Postgres: tables, engine, transactions, group commit, notifications and migrations."""
