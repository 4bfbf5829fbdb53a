"""The audit log: who changed what and when, written in the transaction of the change itself; entries are only added.

What was refused changed nothing and leaves no entry, nor does a repeated request that got its first answer again. An
entry holds ids, roles and the operation's name: never a body, never a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import Request, Response
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import ids, paging
from shared.auth import Principal
from shared.db import SYSTEM, Database, run
from shared.paging import PageRequest, Slice
from shared.telemetry import SECRET_IN_PATH
from shared.tenancy import visible_to

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
COMMAND_LINE = Principal("command line", roles=frozenset({"operator"}))


def table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "audit_entries",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        # Of those who act for no institution, such as operators, none.
        sa.Column("institution_id", sa.Uuid),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("learner_id", sa.Uuid),
        sa.Column("roles", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("resource", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Index("audit_entries_institution", "institution_id", "at", "id"),
    )


ENTRIES = table(sa.MetaData()).c

ADD = sa.text(
    "INSERT INTO audit_entries (id, institution_id, subject, learner_id, roles, operation, resource, request_id)"
    " VALUES (:id, :institution_id, :subject, :learner_id, :roles, :operation, :resource, :request_id)"
).bindparams(sa.bindparam("roles", type_=pg.ARRAY(sa.Text)))


async def note_request(tx: AsyncConnection, request: Request, answer: Response, caller: Principal) -> None:
    """If the request is one that changes something; `answer` says where a new resource is."""
    if request.method in CHANGES and not hasattr(request.state, "answered_before"):
        resource = SECRET_IN_PATH.sub("…", answer.headers.get("location") or request.url.path)
        name, request_id = request.scope["route"].name, request.state.request_id
        await run(tx, ADD, _entry(caller, name, resource=resource, request_id=request_id))


async def note_command(database: Database, name: str) -> None:
    """Before an operator changes something on the command line, in however many transactions."""
    async with database.transaction(SYSTEM) as tx:
        await run(tx, ADD, _entry(COMMAND_LINE, name))


def _entry(
    who: Principal, operation: str, *, resource: str | None = None, request_id: str | None = None
) -> Mapping[str, Any]:
    return {
        "id": ids.new_id(),
        "institution_id": who.org,
        "subject": who.sub,
        "learner_id": who.learner_id,
        "roles": sorted(who.roles),
        "operation": operation,
        "resource": resource,
        "request_id": request_id,
    }


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is not named may be anything."""

    operation: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        named = {ENTRIES.operation: self.operation, ENTRIES.subject: self.subject}
        found = [column == value for column, value in named.items() if value]
        if self.since:
            found.append(ENTRIES.at >= self.since)
        if self.until:
            found.append(ENTRIES.at < self.until)
        return found


async def find(tx: AsyncConnection, principal: Principal, page: PageRequest, wanted: Wanted) -> Slice[sa.Row[Any]]:
    """What was done for the caller's institution, newest first."""
    select = sa.select(*ENTRIES).where(visible_to(principal, ENTRIES.institution_id), *wanted.conditions())
    return await paging.fetch(tx, select, page, ENTRIES.at, ENTRIES.id, newest_first=True)
