"""How results add up at one unit: replayed from those that hold, in the order in which they were decided on.

The same results give the same, whatever was said meanwhile and taken back again (domain.md 4.3, 4.6, 4.8).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from services.recognition.domain.decisions import Decision, DecisionState, Judgement, judge
from services.recognition.domain.partial import Part, Parts, UnitInProgress, needed
from services.recognition.domain.turns import Met, Source
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.worth import is_better_at_home, part_of
from shared.contracts.catalogue import SecondResult

GIVING = frozenset({DecisionState.RECOGNISED, DecisionState.PARTIALLY_RECOGNISED})
NOTHING: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Kept:
    """What was decided of a source stays."""

    source: Source
    decided: Decision
    gave: frozenset[UUID]

    @property
    def state(self) -> DecisionState:
        return self.decided.state

    @property
    def part(self) -> Part | None:
        return self.source.part


@dataclass(frozen=True)
class Judged:
    """A source that was judged anew."""

    source: Source
    unit: UnitFacts
    """With what it found there."""
    judgement: Judgement

    @property
    def state(self) -> DecisionState:
        return self.judgement.state

    @property
    def gave(self) -> frozenset[UUID]:
        given = self.judgement.validation.given
        if self.state in GIVING:
            return given
        return self._left(given) if self.state is DecisionState.MANUAL_REVIEW else NOTHING

    @property
    def part(self) -> Part | None:
        """As it was before, as long as a person has not decided."""
        return part_of(self.unit) if self.state in GIVING else self.source.part

    def _left(self, achieved: frozenset[UUID]) -> frozenset[UUID]:
        """What was given before stays until a person has decided, as far as it is achieved; nothing counts by it."""
        unit, left = self.unit, self.source.gave & achieved
        if unit.active_credit_id is not None or unit.home_unit is None:
            return NOTHING
        held = unit.in_progress.outcome_ids if unit.in_progress else NOTHING
        return NOTHING if needed(unit.home_unit, held | left).nothing else left


Finding = Kept | Judged
"""What comes of one source."""


@dataclass(frozen=True)
class Accumulated:
    findings: tuple[Finding, ...] = ()

    @property
    def counted(self) -> Finding | None:
        """The source by which the unit counts."""
        return next((one for one in self.findings if one.state is DecisionState.RECOGNISED), None)

    @property
    def held(self) -> frozenset[UUID]:
        """The outcomes that are given, whether or not the unit counts by them."""
        return NOTHING.union(*(one.gave for one in self.findings))

    @property
    def parts(self) -> Parts:
        return parts_given(self.findings)


def parts_given(findings: Iterable[Finding]) -> Parts:
    """By transcript."""
    giving = ((one.source.transcript_id, one.part) for one in findings if one.gave)
    return {transcript_id: part for transcript_id, part in giving if part}


def accumulate(sources: Iterable[Source], credit_id: UUID, elsewhere: frozenset[UUID]) -> Accumulated:
    """`credit_id`: of the credit that comes of it; `elsewhere`: host outcomes by which other units count."""
    so_far = Accumulated()
    for source in sorted(sources, key=lambda one: one.turn):
        so_far = _add(so_far, source, credit_id, elsewhere)
    return so_far


def _add(so_far: Accumulated, source: Source, credit_id: UUID, elsewhere: frozenset[UUID]) -> Accumulated:
    met = _met(so_far, source)
    if source.decided and source.stays(met):
        kept = Kept(source, source.decided, source.gave - met.held)
        return Accumulated((*so_far.findings, kept))
    if source.unit is None:
        return so_far
    unit = replace(source.unit, host_outcomes_counted_elsewhere=elsewhere, copy_of=_copied(so_far, source))
    found = _finding(unit, met, credit_id)
    judged = Judged(source, found, replace(judge(found), ruled=source.ruled))
    if judged.state is DecisionState.EVIDENCE_ONLY and (better := _better(so_far, judged)):
        return Accumulated((*(_displaced(one, credit_id) for one in so_far.findings), better))
    return Accumulated((*so_far.findings, judged))


def _met(so_far: Accumulated, source: Source) -> Met:
    counted = so_far.counted is not None
    copied = _copied(so_far, source) is not None
    if counted:
        return Met(counted=True, copied=copied)
    return Met(held=so_far.held, parts=so_far.parts, copied=copied)


def _copied(so_far: Accumulated, source: Source) -> UUID | None:
    said = ((one.source.content_hash, one.source.transcript_id) for one in so_far.findings)
    return next((id_ for content, id_ in said if content is not None and content == source.content_hash), None)


def _finding(unit: UnitFacts, met: Met, credit_id: UUID) -> UnitFacts:
    """The facts on the unit with what is there already."""
    held = UnitInProgress(credit_id, 0, met.held) if met.held else None
    active = credit_id if met.counted else None
    return replace(unit, active_credit_id=active, in_progress=held, parts_before=met.parts)


def _better(so_far: Accumulated, judged: Judged) -> Judged | None:
    """The same as what counts, if the qualification wants the best grade and this one, complete by itself, has it."""
    unit, counted = replace(judged.unit, active_credit_id=None), so_far.counted
    if not wants_best_grade(unit) or counted is None or counted.source.unit is None or unit.copy_of:
        return None
    if any(one.source.is_fixed for one in so_far.findings if one.gave):
        return None  # a rule does not displace a person's word
    alone = replace(judged, unit=unit, judgement=judge(unit))
    others = parts_given(one for one in so_far.findings if one is not counted)
    than = replace(counted.source.unit, parts_before=others)
    better = alone.state is DecisionState.RECOGNISED and is_better_at_home(unit, than)
    return alone if better else None


def wants_best_grade(unit: UnitFacts) -> bool:
    """domain.md 4.6, as far as the qualification says so."""
    rules = unit.qualification.accumulation
    return rules is not None and rules.second_result is SecondResult.BEST_GRADE


def _displaced(finding: Finding, credit_id: UUID) -> Finding:
    """What has given something is evidence from now on."""
    unit = finding.unit if isinstance(finding, Judged) else finding.source.unit
    if unit is None or not finding.gave:
        return finding
    second = replace(unit, active_credit_id=credit_id, in_progress=None, parts_before={})
    return Judged(finding.source, second, judge(second))
