"""Who sees which row: two belts, either of which holds alone (architecture.md, Data).

Belt one is `visible_to` in every select of a store. Belt two is row-level security, for tables whose migration ran
`row_level_security`: it compares the same columns with whom `Database.transaction` was told to act for.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from shared.auth import Principal
from shared.db import SYSTEM

Column = sa.ColumnElement[Any]

# A scalar subquery is evaluated once a statement, not once a row.
ACTING_FOR = "(SELECT string_to_array(current_setting('acquis.institution', true), ','))::text[]"


def visible_to(
    principal: Principal, *institutions: Column, learner: Column | None = None, country: Column | None = None
) -> sa.ColumnElement[bool]:
    """The rows that name the caller's institution, the learner who calls, or a country of a competent body.

    The column `country` may hold one or an array of them. Nothing for anybody else: an operator, or a learner where no
    `learner` column is given.
    """
    own: list[sa.ColumnElement[bool]] = []
    if institution := _institution(principal):
        own += [column == institution for column in institutions]
    if principal.learner_id and learner is not None:
        own.append(learner == principal.learner_id)
    if country is not None and (countries := _countries(principal)):
        own.append(country.overlap(countries) if isinstance(country.type, ARRAY) else country.in_(countries))
    return sa.or_(sa.false(), *own)


def row_level_security(table: str, *columns: str, anybody_adds: bool = False) -> list[str]:
    """Statements for a migration: a row is read and written only for `SYSTEM` and for whom one of the columns names.

    The columns hold ids of institutions or learners, or country codes; without any, the row is for `SYSTEM` alone.
    Nobody set, nothing seen. `FORCE` binds the owner of the table too. With `anybody_adds` anybody adds rows for
    anybody.
    """
    named = (f"{column}::text = ANY ({ACTING_FOR})" for column in columns)
    rule = " OR ".join([f"'{SYSTEM}' = ANY ({ACTING_FOR})", *named])
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY acting_for ON {table} USING ({rule}) WITH CHECK ({'true' if anybody_adds else rule})",
    ]


def acting_for(principal: Principal) -> str | None:
    """Whom `Database.transaction` acts for: the caller's institution, the learner, a competent body's countries."""
    ids = [_institution(principal), principal.learner_id]
    return ",".join([*(str(one) for one in ids if one), *_countries(principal)]) or None


def _institution(principal: Principal) -> UUID | None:
    """The institution, for those of its staff who may see its rows: no learner, no operator."""
    return principal.org if principal.roles - {"operator", "learner"} else None


def _countries(principal: Principal) -> list[str]:
    return sorted(principal.countries) if "competent_body" in principal.roles else []
