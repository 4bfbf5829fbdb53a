"""Which units are to be settled, and by what, when a host says something else or a decision is to stand no more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.sources import Sources, unit_in
from services.recognition.domain.standing import Place, place_of
from services.recognition.domain.turns import Source
from services.recognition.domain.unit_facts import UnitFacts

UnitsByTranscript = Mapping[UUID, Sequence[UnitFacts]]
"""The facts on the units of transcripts as they were last said and decided on, as far as they are on record."""


@dataclass(frozen=True)
class Unsettled:
    """A unit, and the sources that hold for it from now on."""

    place: Place
    sources: Sequence[Source]
    transcript_id: UUID | None
    """The one by which that is not what it was; None if it is time that went by: then nothing is taken back."""


def touched(sources: Sources, transcript_id: UUID, units: Iterable[UnitFacts]) -> list[Place]:
    """The units that a transcript had something to say about, or has now."""
    before = {(one.qualification_id, one.unit_id) for one in sources.decisions if one.transcript_id == transcript_id}
    return sorted(before | {place_of(unit) for unit in units})


def said_anew(
    sources: Sources, transcript_id: UUID, units: Sequence[UnitFacts], on_record: UnitsByTranscript
) -> list[Unsettled]:
    """What there is to settle when a transcript says this from now on; nothing at all, if it was withdrawn."""
    unsettled = []
    for place in touched(sources, transcript_id, units):
        source = _said_at(place, sources, transcript_id, units, on_record)
        if source and source.decided and sources.has_expired(source.decided) and not source.changed:
            continue  # as it counted until its time was over
        others = sources.sources_at(place, on_record, without=transcript_id)
        unsettled.append(Unsettled(place, [*others, source] if source else others, transcript_id))
    return unsettled


def taken_out(sources: Sources, decision: Decision, on_record: UnitsByTranscript) -> Unsettled:
    """What there is to settle when a decision is to stand no more, and its results say nothing about the unit."""
    place = decision.qualification_id, decision.unit_id
    others = sources.sources_at(place, on_record, without=decision.transcript_id)
    return Unsettled(place, others, decision.transcript_id)


def after_expiry(sources: Sources, place: Place, on_record: UnitsByTranscript) -> Unsettled:
    """What there is to settle when what counted does no more: whatever else was achieved, and is not over itself."""
    others = [one for one in sources.sources_at(place, on_record) if one.unit and not one.unit.is_over]
    return Unsettled(place, others, None)


def after_ending(sources: Sources, place: Place, on_record: UnitsByTranscript) -> Unsettled:
    """The same when a part of what is held is over, which settling lets go."""
    return Unsettled(place, sources.sources_at(place, on_record), None)


def overruled(sources: Sources, decision: Decision, on_record: UnitsByTranscript) -> Unsettled:
    """What there is to settle when a person's decision takes the place of all that its results had given before."""
    place = decision.qualification_id, decision.unit_id
    others = sources.sources_at(place, on_record, without=decision.transcript_id)
    unit = unit_in(on_record.get(decision.transcript_id, ()), decision.unit_id)
    source = sources.source(decision.transcript_id, place, unit)
    given = tuple(one for one in source.given if one.decision_id == decision.decision_id)
    return Unsettled(place, [*others, replace(source, given=given)], decision.transcript_id)


def _said_at(
    place: Place, sources: Sources, transcript_id: UUID, units: Iterable[UnitFacts], on_record: UnitsByTranscript
) -> Source | None:
    unit = unit_in(units, place[1])
    if unit is None or _was_revoked(sources, unit):
        return None
    before = unit_in(on_record.get(transcript_id, ()), place[1])
    changed = before is None or _results(before) != _results(unit)
    return sources.source(transcript_id, place, unit, changed=changed)


def _was_revoked(sources: Sources, unit: UnitFacts) -> bool:
    """What was revoked never counts again, however often it is said."""
    revoked = sources.revoked_at(unit.transcript.transcript_id, unit.agreed.unit_id)
    return any(one.results_hash == unit.results_hash for one in revoked)


def _results(unit: UnitFacts) -> object:
    """What a decision on the unit is about."""
    return unit.assessments, unit.agreed, unit.agreement.content_version
