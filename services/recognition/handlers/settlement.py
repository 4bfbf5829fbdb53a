"""What a host takes back or puts right, followed through the record of its learner."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.appeals import supersede
from services.recognition.domain.batches import Case
from services.recognition.domain.by_person import Certification
from services.recognition.domain.certified import agreement_on, facts_on
from services.recognition.domain.changes import Changes
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.gathering import gather
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Place, Standing
from services.recognition.domain.taking_back import may_displace
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.unsettled import UnitsByTranscript, said_anew, touched
from shared import ids
from shared.contracts.assessment import TranscriptCorrected, TranscriptWithdrawn
from shared.contracts.facts import Fact
from shared.contracts.recognition import ChangeReason


async def settle_case(tx: AsyncConnection, case: Case, at: datetime) -> Sequence[Fact]:
    """Store what follows from a host's word; what there is to say of it. Locks the learner."""
    word = case.transcript
    standings = await store.lock_standings(tx, [word.learner_id], [word.transcript_id], at.date())
    sources = await store.load_sources(tx, word.learner_id)
    on_record = await find_units(tx, sources, touched(sources, word.transcript_id, case.units), at)
    unsettled = said_anew(sources, word.transcript_id, case.units, on_record)
    standing = standings.learners[word.learner_id]
    changes = settle(standing, sources, unsettled, _reason(case, standing), at, ids.new_id)
    await store.save_changes(tx, word.learner_id, changes, word)
    return [*await _end_appeals(tx, sources, changes), *changes.facts]


async def _end_appeals(tx: AsyncConnection, sources: Sources, changes: Changes) -> Sequence[Fact]:
    """Those against what does not stand any more."""
    appealed = {one.decision_id: one for one in sources.decisions if one.state is DecisionState.APPEALED}
    said: list[Fact] = []
    for appeal in await store.find_open_appeals(tx, appealed.keys() & {*changes.superseded, *changes.revoked}):
        by = changes.superseded.get(appeal.decision_id)
        ended, facts = supersede(appealed[appeal.decision_id], appeal, by, changes.at)
        await store.save_appeal(tx, ended)
        said += facts
    return said


async def find_units(tx: AsyncConnection, sources: Sources, places: Iterable[Place], at: datetime) -> UnitsByTranscript:
    """The facts on the units of all transcripts and records that have a say at these places."""
    named = {decision.transcript_id for place in places for decision in sources.at(place)}
    transcripts = [sources.transcripts[id_] for id_ in sorted(named) if id_ in sources.transcripts]
    known = await store.find_known(tx, transcripts)
    units: dict[UUID, list[UnitFacts]] = {one.transcript_id: gather(known, one, at.date()) for one in transcripts}
    for id_ in sorted(named & sources.certifications.keys()):
        units[id_] = [await find_certified(tx, sources.certifications[id_], at.date())]
    return units


async def find_certified(tx: AsyncConnection, certification: Certification, today: date) -> UnitFacts:
    """The facts on the unit that was certified; `NotKnownYetError` if one has not arrived."""
    known = await store.find_known_for(tx, agreement_on(certification))
    return facts_on(known, certification, today)


def _reason(case: Case, standing: Standing) -> ChangeReason:
    """An issue takes the place of what another has earned where it is better; else its host says something else."""
    match case.transcript:
        case TranscriptWithdrawn():
            return ChangeReason.TRANSCRIPT_WITHDRAWN
        case TranscriptCorrected():
            return ChangeReason.TRANSCRIPT_CORRECTED
        case _ if any(may_displace(standing, unit) for unit in case.units):
            return ChangeReason.BETTER_GRADE
        case _:
            return ChangeReason.TRANSCRIPT_CORRECTED
