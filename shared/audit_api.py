"""The audit log as an institution reads it, in each service the part that is its own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared import audit_log
from shared.audit_log import Wanted
from shared.auth import Principal, allow
from shared.bodies import Instant
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

OperationId = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,100}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[^\u0000]{1,255}$")]


class AuditEntry(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    audit_entry_id: UUID = Field(validation_alias="id")
    at: datetime
    subject: str = Field(description="Who: `sub` of the access token, or the signing link that was used")
    learner_id: UUID | None = Field(description="The learner who acted, or for whom the link was")
    roles: list[str]
    operation: str = Field(description="What: the operation's id in the OpenAPI document, or a page's action")
    resource: str | None = Field(description="On what, or what was created: its path")
    request_id: str | None = Field(description="`X-Request-Id` of the answer, which is also in the log")


def _wanted(
    operation: OperationId | None = None,
    subject: Subject | None = None,
    since: Annotated[Instant | None, Query(description="At this time or later")] = None,
    until: Annotated[Instant | None, Query(description="Before this time")] = None,
) -> Wanted:
    return Wanted(operation, subject, since, until)


def audit_router(service: str) -> APIRouter:
    router = api_router("audit log")

    @router.get(f"/{service}-audit-entries", name=f"list_{service}_audit_entries", summary="List audit entries")
    async def list_audit_entries(
        caller: Annotated[Principal, allow("coordinator", "competent_body")],
        tx: Transaction,
        pager: Paged,
        wanted: Annotated[Wanted, Depends(_wanted)],
    ) -> Page[AuditEntry]:
        """Who of your institution changed what in this service, newest first.

        Also what its learners did by signing links. What was refused is not among it.
        """
        found = await audit_log.find(tx, caller, pager.wanted, wanted)
        return pager.page(found.map(AuditEntry.model_validate))

    return router
