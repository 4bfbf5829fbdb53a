"""Memoranda of two and three parties, by the calls of Malta, Italy and its region."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine

from services.agreements.api.memorandum_terms import TermsRequest
from services.agreements.workers import take_due_transitions
from shared.service import Running
from tests.support.builders.agreement_bodies import memorandum_body
from tests.support.builders.catalogue import ITALY_REGION
from tests.support.running import ApiCaller

DAY = timedelta(days=1)


def three_parties(**changes: Any) -> dict[str, Any]:
    """What changes of the usual memorandum if the region is a party too."""
    region = {"institution_id": str(ITALY_REGION.institution_id), "functions": ["awards_qualifications"]}
    return {"parties": [*memorandum_body()["parties"], region]} | changes


def terms_of(memorandum: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The whole terms as they are, with these changes."""
    return {name: memorandum[name] for name in TermsRequest.model_fields} | changes


def region_of(http: Any) -> ApiCaller:
    return ApiCaller(http, ITALY_REGION.institution_id, ("signatory",))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def work_at(running: Running, moment: datetime) -> None:
    """Let the worker look, at that moment."""
    with time_machine.travel(moment, tick=False):
        await take_due_transitions(running)
