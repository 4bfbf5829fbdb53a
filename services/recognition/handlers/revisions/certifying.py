"""What was learnt otherwise than by a mobility is certified."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import certifying
from services.recognition.domain.by_person import Certification
from services.recognition.domain.decisions import Decision
from services.recognition.domain.known import NotKnownYetError, key
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.handlers.expiry import lock_standings
from services.recognition.handlers.settlement import find_certified, find_units
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import LearningKind
from shared.db import SYSTEM, act_for
from shared.preconditions import own_institution
from shared.problems import NotCompetent, NotKnownYet


@dataclass(frozen=True, kw_only=True)
class Achieved:
    """What is to be certified."""

    kind: LearningKind
    learner_id: UUID
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    outcome_ids: tuple[UUID, ...]
    grade: str | None
    grade_scale: str | None
    assessed_on: date
    evidence_hashes: tuple[str, ...]
    legal_basis: str


async def certify(tx: AsyncConnection, caller: Principal, achieved: Achieved) -> Decision:
    """By the institution that awards or designed the qualification, or recognises under a memorandum."""
    home_id, at = own_institution(caller), clock.now()
    await act_for(tx, SYSTEM)
    qualification = await _find_qualification(tx, achieved)
    await _check_competent(tx, home_id, qualification)
    certification = Certification(
        **vars(achieved),
        record_id=ids.new_id(),
        home_id=home_id,
        home_country=qualification.country,
        by=caller.sub,
        at=at,
    )
    certifying.check(certification, qualification, at.date())
    return await _certify(tx, certification, await _facts_on(tx, certification), at)


async def _certify(tx: AsyncConnection, certification: Certification, unit: UnitFacts, at: datetime) -> Decision:
    learner_id = certification.learner_id
    standings = await lock_standings(tx, [learner_id], [certification.record_id], at)
    sources = await store.load_sources(tx, learner_id)
    certifying.check_evidence(certification, sources)
    on_record = await find_units(tx, sources, [(certification.qualification_id, certification.unit_id)], at)
    changes = certifying.certify(standings.learners[learner_id], sources, unit, on_record, at, ids.new_id)
    await store.save_changes(tx, learner_id, changes, None)
    await store.add_certification(tx, certification)
    await outbox.add(tx, changes.facts)
    return certifying.decided_on(changes, unit)


async def _find_qualification(tx: AsyncConnection, achieved: Achieved) -> QualificationPublished:
    named = achieved.qualification_id, achieved.qualification_version
    if qualification := await store.find_qualification(tx, *named):
        return qualification
    raise NotKnownYet(key("qualification", *named))


async def _check_competent(tx: AsyncConnection, home_id: UUID, qualification: QualificationPublished) -> None:
    own = {qualification.awarding_body_id, *(qualification.designed_by_ids or ())}
    if home_id not in own and not await store.recognises(tx, home_id, qualification):
        raise NotCompetent("Your institution neither awards the qualification nor recognises units of it.")


async def _facts_on(tx: AsyncConnection, certification: Certification) -> UnitFacts:
    try:
        return await find_certified(tx, certification, certification.at.date())
    except NotKnownYetError as missing:
        raise NotKnownYet(missing.key) from None
