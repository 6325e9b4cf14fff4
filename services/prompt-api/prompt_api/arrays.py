"""Many rows in one statement: one array a column, so that the statement's text is the same for any number of rows and
Postgres plans it once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


def table_of(**columns: tuple[TypeEngine[Any], Sequence[object]]) -> TableValuedAlias:
    """A table that a statement can select from, given by name, type and values of each column."""
    arrays = [literal(list(values), ARRAY(kind)) for kind, values in columns.values()]
    names = (column(name, kind) for name, (kind, _values) in columns.items())
    return func.unnest(*arrays).table_valued(*names).render_derived()
