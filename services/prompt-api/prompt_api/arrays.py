"""Many rows in one statement: one array a column, so that the statement's text is the same for any number of rows and
Postgres plans it once."""

from typing import Any

from sqlalchemy import bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


def table_of(**columns: TypeEngine[Any]) -> TableValuedAlias:
    """A table that a statement can select from, given by name and type of each column.

    The statement's parameters are lists of the columns' values, named like the columns.
    """
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items())
    names = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued(*names).render_derived()
