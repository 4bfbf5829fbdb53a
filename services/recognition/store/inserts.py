"""Many rows in one statement, whatever their number: they come as one JSON array."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json


def insertion(table: sa.Table) -> str:
    """SQL that inserts the rows of the parameter named like the table, a JSON array of objects named like columns."""
    columns = ", ".join(column.name for column in table.columns)
    rows = f"json_populate_recordset(NULL::{table.name}, CAST(:{table.name} AS json))"
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {rows}"  # noqa: S608 - our own tables' names


def replacement(table: sa.Table) -> str:
    """The same, where a row with such a primary key gives way to the new one."""
    key = ", ".join(column.name for column in table.primary_key.columns)
    columns = ", ".join(column.name for column in table.columns if not column.primary_key)
    excluded = ", ".join(f"excluded.{column.name}" for column in table.columns if not column.primary_key)
    return f"{insertion(table)} ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW({excluded})"


def rows(values: Iterable[Mapping[str, Any]]) -> str:
    """The JSON array; decimals as strings, so that no digit is lost."""
    return to_json(list(values)).decode()
