"""The connection pool."""

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 5
UNACKNOWLEDGED_DATA_TIMEOUT_MS = 8_000
"""After how long a connection whose other end vanished is given up (TCP_USER_TIMEOUT)."""


def create_engine(url: SecretStr, *, service: str, pool_size: int) -> AsyncEngine:
    """A pool of at most ``pool_size`` connections; waiting for one, connecting and every statement have limits."""
    return create_async_engine(
        url.get_secret_value(),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # an error's message is logged, and parameters hold what people wrote
        pool_timeout=POOL_TIMEOUT_S,
        connect_args=connect_arguments(service),
    )


def connections_in_use(engine: AsyncEngine) -> int:
    """Connections of the pool that somebody works with just now."""
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def connect_arguments(service: str, **settings: str) -> dict[str, str | int]:
    """Parameters of every connection (libpq's names); times in the unit that libpq wants.

    ``settings`` are further settings of the server for the session.
    """
    settings_of_session = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": STATEMENT_TIMEOUT_MS * 2,
        **settings,
    }
    return {
        "application_name": service,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": UNACKNOWLEDGED_DATA_TIMEOUT_MS,
        "options": " ".join(f"-c {name}={value}" for name, value in settings_of_session.items()),
    }
