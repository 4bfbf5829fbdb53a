from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field, StringConstraints

from services.recognition import handlers
from services.recognition.domain.statistics import GroupBy, Line, Question
from shared.auth import Principal, allow
from shared.bodies import CountryCode
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("statistics")

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class StatisticsLine(BaseModel):
    """One group of decisions. Numbers of decisions add up to `decisions`, apart from `reviewed`."""

    host_country: str | None = Field(description="Null: all of them together, as with the next three")
    host_id: UUID | None
    qualification_id: UUID | None
    month: str | None = Field(description="Of the decision, in UTC", examples=["2026-03"])
    suppressed: bool = Field(
        description="Fewer than five learners, or so many that the numbers of such a group could be computed; then all "
        "numbers are null"
    )
    decisions: int | None = None
    learners: int | None = None
    recognised: int | None = Field(None, description="As it was agreed")
    partially_recognised: int | None = None
    documented_only: int | None = None
    refused: int | None = None
    evidence_only: int | None = Field(None, description="The unit counted already")
    revoked: int | None = None
    undecided: int | None = Field(None, description="Under review, or appealed against")
    reviewed: int | None = Field(None, description="Of all these: left to a person, now or before")
    median_days_from_last_day: Decimal | None = Field(
        None, description="From the last day of assessment to the decision; null also if none is decided yet"
    )
    median_days_from_transcript: Decimal | None = Field(
        None, description="From the issue of the transcript; null also if no issue's time is known"
    )

    @classmethod
    def of(cls, line: Line) -> Self:
        country, host = (*line.group.partner, None, None)[:2]
        (qualification,), (month,) = line.group.qualification or (None,), line.group.month or (None,)
        group = {"host_country": country, "host_id": host, "qualification_id": qualification, "month": month}
        numbers = vars(line.numbers) if line.numbers else {}
        return cls.model_validate({**group, "suppressed": line.numbers is None, **numbers})


def question(
    group_by: Annotated[
        list[GroupBy] | None, Query(max_length=4, description="What is told apart; none: all decisions of the year")
    ] = None,
    host_country: Annotated[CountryCode | None, Query()] = None,
    host_id: Annotated[UUID | None, Query()] = None,
    qualification_id: Annotated[UUID | None, Query()] = None,
    month: Annotated[Month | None, Query(examples=["2026-03"])] = None,
) -> Question:
    wanted: dict[GroupBy, str | None] = {
        GroupBy.HOST_COUNTRY: host_country,
        GroupBy.HOST: str(host_id) if host_id else None,
        GroupBy.QUALIFICATION: str(qualification_id) if qualification_id else None,
        GroupBy.MONTH: month,
    }
    return {by: value for by, value in wanted.items() if value is not None or by in (group_by or ())}


@router.get("/statistics")
async def get_statistics(
    year: Annotated[int, Query(ge=2000, le=2199, description="Of the decisions, in UTC")],
    asked: Annotated[Question, Depends(question)],
    caller: Annotated[Principal, allow("competent_body", "coordinator", "recogniser")],
    tx: Transaction,
    pager: Paged,
) -> Page[StatisticsLine]:
    """How decisions turned out and how long they took: your institution's, or for a body those in its countries.

    By partner, its country, qualification and month, in any combination. Each decision counts once, as it stands now,
    in the month in which it was made; superseded ones do not. Groups of fewer than five learners are suppressed, and as
    many others as it takes that no sum of groups, asked for in whatever way, gives one of them away.
    """
    lines = await handlers.read_statistics(tx, caller, year, asked, pager.wanted)
    return pager.page(lines.map(StatisticsLine.of))
