"""Assessments and transcripts from before there was more to say of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from deploy.local.servers import Servers
from services.assessment.app import service
from services.assessment.settings import Settings
from shared.contracts.assessment import transcript_hash
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.service import Running
from tests.support.builders.agreements import agreed_unit, learning_agreement_agreed
from tests.support.databases import throwaway_database
from tests.support.running import api_of, tell
from tests.support.stays import U3, Stay

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

ASSESSMENT, TRANSCRIPT = UUID(int=1), UUID(int=2)
AGREED = learning_agreement_agreed(units=(agreed_unit(U3, outcomes=U3.outcomes[:1]),))
RESULTS = (
    f'[{{"outcome_id": "{U3.outcomes[0].host_outcome_id}", "unit_id": "{U3.host_unit_id}",'
    ' "result": "achieved", "weight": "1"}]'
)
REPORT = '{"assessed_on": "2026-03-27", "procedure": "followed", "attempt": 2, "grade": null, "grade_scale": null}'
BEFORE = (
    """
    INSERT INTO learning_agreements (id, learner_id, home_id, host_id) VALUES (:agreement, :learner, :home, :host)
    """,
    """
    INSERT INTO assessments (id, version, state, learning_agreement_id, learner_id, home_id, host_id, method,
        results, report, recorded_by, confirmed_by)
    VALUES (:id, 3, 'confirmed', :agreement, :learner, :home, :host, 'oral', :results, :report, 'ada', 'ugo')
    """,
    """
    INSERT INTO transcripts (id, version, state, learning_agreement_id, learner_id, home_id, host_id, issue)
    VALUES (:transcript, 1, 'draft', :agreement, :learner, :home, :host, 0)
    """,
)


async def test_what_was_confirmed_keeps_its_attempt_and_can_be_contested_and_transcribed(infrastructure: Servers):
    row: dict[str, Any] = {
        "id": ASSESSMENT,
        "agreement": AGREED.learning_agreement_id,
        "learner": AGREED.learner_id,
        "home": AGREED.home_id,
        "host": AGREED.host_id,
        "transcript": TRANSCRIPT,
        "results": RESULTS,
        "report": REPORT,
    }
    async with throwaway_database(infrastructure.database_url) as made:
        settings = Settings.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0002")
        running = Running(old)
        async with running.database.transaction(SYSTEM) as tx:
            for statement in BEFORE:
                await tx.execute(sa.text(statement), row)
        await migrate(old)
        await tell(running, AGREED)
        async with api_of(running) as http:
            await _contest_and_issue(Stay(running, http, AGREED))
        await running.close()


async def _contest_and_issue(stay: Stay) -> None:
    path = f"/v1/assessments/{ASSESSMENT}"
    carried = (await stay.home.get(path)).json()
    assert (carried["attempt"], carried["report"]["attempt"]) == (2, 2)
    today = datetime.now(UTC).date()
    assert carried["contest_until"] in {str(today + timedelta(days=days)) for days in (13, 14)}
    issued = await stay.examiner.post(f"/v1/transcripts/{TRANSCRIPT}/issuance", version=1)
    assert issued.status_code == 200, issued.text
    said = (await stay.said())[-1].data
    assert (said.assessments[0].attempt, said.assessments[0].authority) == (2, "host_staff")
    hashed = ("learner_id", "learning_agreement_id", "learning_agreement_version", "host_id", "assessments")
    content = {name: getattr(said, name) for name in (*hashed, "period", "units")}
    assert transcript_hash(**content) == said.content_hash
    assert (await stay.learner.post(f"{path}/contest", {"reason": "No."}, version=3)).status_code == 200
