"""When a learner is erased, so are the words about them; what was found and said stays."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.assessment.domain.erasing import ERASED
from services.assessment.tables import METADATA
from shared.db import SYSTEM
from tests.support.builders.agreements import learner_erased
from tests.support.running import tell
from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

ADA = "Ada was ill."
WORDS: dict[str, Any] = {
    "procedure": "deviated",
    "deviation": ADA,
    "place": ADA,
    "criteria": [{"criterion": "Works to the checklist", "level": "3 of 4", "comment": ADA}],
    "evidence": [{"sha256": "9f" * 32, "uri": "https://files.example/Ada"}],
}


async def written_about(stay: Stay) -> str:
    """The path of an assessment with all that can be written about who was assessed; its review has corrected it."""
    path = await stay.planned()
    await stay.assessor.post(f"{path}/result", stay.result_body(**WORDS), version=1)
    await stay.host("examiner", "assessor").post(f"{path}/moderation", {"comment": ADA}, version=2)
    await stay.examiner.post(f"{path}/confirmation", version=3)
    await stay.learner.post(f"{path}/contest", {"reason": ADA}, version=4)
    correction = stay.result_body(**WORDS, grade="15", grade_scale="FR-20")
    body = {"grounds": ADA, "correction": correction}
    reviewed = await stay.host("examiner", "coordinator").post(f"{path}/review", body, version=5)
    assert reviewed.status_code == 200, reviewed.text
    return path


async def kept(stay: Stay) -> str:
    """All that the database holds about the learner, but for answers to retried requests."""
    tables = ("assessments", "transcripts", "transcript_versions", "outbox")
    about = "SELECT string_agg(t::text, ' ') FROM {0} t WHERE t::text LIKE :learner"
    parameters = {"learner": f"%{stay.agreed.learner_id}%"}
    async with stay.running.database.transaction(SYSTEM) as tx:
        found = [await tx.scalar(sa.text(about.format(name)), parameters) for name in tables if name in METADATA.tables]
    return str(found)


async def test_no_words_about_an_erased_learner_are_left(stays: Stays):
    stay, other = await stays.begin(), await stays.begin()
    path, others = await written_about(stay), await written_about(other)
    before, standing = (await stay.home.get(path)).json(), await stay.transcript()
    untouched = (await other.home.get(others)).json()
    assert ADA in await kept(stay)
    await tell(stays.running, learner_erased(stay.agreed))
    assert "Ada" not in await kept(stay)
    after = (await stay.home.get(path)).json()
    assert (after["version"], after["state"]) == (before["version"] + 1, before["state"])
    assert after["report"]["grade"] == "15"
    assert after["report"]["evidence"] == [{"sha256": "9f" * 32, "uri": ERASED}]
    assert (after["review"]["text"], after["review"]["finding"]) == (None, "corrected")
    assert (await other.home.get(others)).json() == untouched
    transcript = await stay.transcript()
    assert (transcript["reason"], transcript["version"]) == (None, standing["version"] + 1)
    assert transcript["content_hash"] == standing["content_hash"]


async def test_who_was_erased_once_is_erased(stays: Stays):
    stay = await stays.begin()
    path = await written_about(stay)
    await tell(stays.running, learner_erased(stay.agreed))
    after = (await stay.home.get(path)).json()
    await tell(stays.running, learner_erased(stay.agreed, version=4))
    assert (await stay.home.get(path)).json() == after
