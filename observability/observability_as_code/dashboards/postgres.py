"""Postgres: connections, transactions, waits, size."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import Maker, Steps

_OURS = '{datname="storybot"}'


def dashboard() -> Dashboard:
    """The database."""
    make = Maker("storybot-postgres", "Postgres", "The database: connections, transactions, locks, size.")
    make.number("Does Postgres answer?", "min(pg_up)", unit="bool_yes_no", steps=Steps(1, 1, lower=True), link="alerts")
    make.number(
        "Connections, of those allowed",
        "sum(pg_stat_database_numbackends) / sum(pg_settings_max_connections)",
        unit="percentunit",
        steps=Steps(0.7, 0.9),
    )
    make.number("Size of the database", f"pg_database_size_bytes{_OURS}", unit="bytes")
    make.number(
        "Reads served from memory",
        f"sum(rate(pg_stat_database_blks_hit{_OURS}[5m])) / (sum(rate(pg_stat_database_blks_hit{_OURS}[5m]))"
        f" + sum(rate(pg_stat_database_blks_read{_OURS}[5m])))",
        unit="percentunit",
        steps=Steps(0.95, 0.9, lower=True),
    )
    make.graph(
        "Transactions a second",
        (f"rate(pg_stat_database_xact_commit{_OURS}[5m])", "committed"),
        (f"rate(pg_stat_database_xact_rollback{_OURS}[5m])", "rolled back"),
        unit="ops",
        link="storybot-api",
    )
    make.graph("Connections by state", (f"sum by (state) (pg_stat_activity_count{_OURS})", "{{state}}"), unit="short")
    make.graph(
        "Longest transaction",
        (f"max(pg_stat_activity_max_tx_duration{_OURS})", "seconds"),
        unit="s",
        steps=Steps(5, 30),
        link="search:storybot-errors",
        why="No transaction is open while the LLM talks: a long one is a fault.",
    )
    make.graph("Locks held", (f"sum by (mode) (pg_locks_count{_OURS})", "{{mode}}"), unit="short")
    make.graph(
        "Deadlocks a minute",
        (f"60 * rate(pg_stat_database_deadlocks{_OURS}[5m])", "deadlocks"),
        unit="short",
        steps=Steps(0.1, 1),
    )
    make.graph(
        "Rows a second",
        (f"rate(pg_stat_database_tup_inserted{_OURS}[5m])", "inserted"),
        (f"rate(pg_stat_database_tup_updated{_OURS}[5m])", "updated"),
        (f"rate(pg_stat_database_tup_deleted{_OURS}[5m])", "deleted"),
        unit="short",
    )
    make.graph(
        "Dead rows, of all, by table",
        (
            "pg_stat_user_tables_n_dead_tup / (pg_stat_user_tables_n_live_tup + pg_stat_user_tables_n_dead_tup > 0)",
            "{{relname}}",
        ),
        unit="percentunit",
        steps=Steps(0.3, 0.6),
        width=12,
    )
    make.graph("Size of tables", ("pg_stat_user_tables_size_bytes", "{{relname}}"), unit="bytes", width=12)
    return make.build()
