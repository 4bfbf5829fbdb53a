"""Decisions made again from what is stored, and held against what they were (domain.md 4.1).

The transcript, the agreement and all that they name are kept in every version. What else stood at the moment of the
decision, and may stand otherwise now, is what the rules wrote down of it in the decision's trace.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import DECIDED_BY_RULE, Decision, DecisionState, decision_on, judge
from services.recognition.domain.gathering import gather
from services.recognition.domain.known import Known, NotKnownYetError, key, known_as
from services.recognition.domain.partial import UnitInProgress, read
from services.recognition.domain.rules import RuleResult
from services.recognition.domain.unit_facts import UnitFacts, unit_of
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import CountryPolicyPublished, GradeTablePublished
from shared.contracts.recognition import ConversionMethod

AT_THE_MOMENT: Sequence[tuple[str, str, Callable[[str], object]]] = (
    ("R1", "in_force_since", date.fromisoformat),
    ("R1", "in_force_until", date.fromisoformat),
    ("R1", "suspended_on", date.fromisoformat),
    ("R3", "agreed_since", date.fromisoformat),
    ("R3", "cancelled_on", date.fromisoformat),
    ("R4", "revoked_decision_id", UUID),
    ("R7", "withdrawn_on", date.fromisoformat),
    ("R10", "active_credit_id", UUID),
    ("R10", "copy_of", UUID),
)
"""Rule, name in its trace and in the facts, and how to read it."""

BY_RULE = {
    *DECIDED_BY_RULE.values(),
    DecisionState.DOCUMENTED_ONLY,
    DecisionState.EVIDENCE_ONLY,
    DecisionState.MANUAL_REVIEW,
}
"""States that the engine gives; the others are what became of a decision later."""
BECAME_LATER = {"version", "superseded_by", "decided_by", "legal_basis", "appeal_until", "assigned_to"}

Said = Mapping[str, Mapping[str, Any]]
"""What each rule looked at, as it is stored."""


@dataclass(frozen=True)
class Recalled:
    """How a decision came out when it was made again."""

    decision_id: UUID
    differences: tuple[str, ...] = ()
    """In sentences; empty if it is the same."""
    not_compared: tuple[str, ...] = ()
    """Why there is no word on some of it: rules that are not what they were, and so what came of them."""


def make_again(known: Known, transcript: TranscriptIssued, decision: Decision) -> Recalled:
    """`decision` as it is stored; `NotKnownYetError` if a fact that it rests on is not there."""
    unit = recall(known, transcript, decision)
    again = decision_on(
        unit,
        judge(unit),
        decision_id=decision.decision_id,
        validation_id=decision.validation_id,
        at=decision.decided_at,
    )
    then, now = ({result.rule: result for result in one.trace} for one in (decision, again))
    same = [rule for rule in then if rule in now and then[rule].version == now[rule].version]
    changed = tuple(f"decided by {rule} v{then[rule].version}" for rule in then if rule not in same)
    found = [*_fields(decision, again, judged=len(same) == len(then.keys() | now.keys()))]
    found += [sentence for rule in same for sentence in _rule(then[rule], now[rule])]
    return Recalled(decision.decision_id, tuple(found), changed)


def recall(known: Known, transcript: TranscriptIssued, decision: Decision) -> UnitFacts:
    """The facts on the unit as they were when it was decided on; `NotKnownYetError` if one is not there."""
    units = gather(known, transcript, decision.decided_at.date())
    unit = next((one for one in units if one.agreed.unit_id == decision.unit_id), None)
    if unit is None:
        raise NotKnownYetError(key("result", decision.unit_id))
    said = {result.rule: result.used for result in decision.trace}
    return replace(
        unit,
        **_moment(said),
        **_host(known, unit, said),
        host_grade_tables=_host_tables(known, unit, said.get("R8", {})),
        home_grade_tables=_home_tables(known, unit, said.get("R8", {})),
        in_progress=_in_progress(said),
        parts_before=read(said.get("R5", {}).get("parts_before")),
        host_outcomes_counted_elsewhere=_elsewhere(said),
        policy=_policy(known, unit.agreement.home_country, decision),
    )


def _moment(said: Said) -> dict[str, Any]:
    return {
        name: None if said[rule][name] is None else read(said[rule][name])
        for rule, name, read in AT_THE_MOMENT
        if name in said.get(rule, ())
    }


def _in_progress(said: Said) -> UnitInProgress | None:
    """By what is held alone: no rule asks for its id or version."""
    held = said.get("R5", {}).get("held_before")
    return UnitInProgress(UUID(int=0), 0, frozenset(map(UUID, held))) if held else None


def _elsewhere(said: Said) -> frozenset[UUID]:
    """Of the host outcomes that are agreed for the unit; the others were not asked for."""
    return frozenset(map(UUID, said.get("R10", {}).get("host_outcomes_counted_elsewhere", ())))


def _host(known: Known, unit: UnitFacts, said: Said) -> dict[str, Any]:
    version = said.get("R6", {}).get("host_qualification_version")
    if version is None:
        return {"host_qualification": None, "host_unit": None}
    named = (unit.comparability.host_qualification_id, version)
    host = known_as("qualification", named, known.qualifications)
    return {"host_qualification": host, "host_unit": unit_of(host, unit.agreed.host_unit_id)}


def _policy(known: Known, country: str, decision: Decision) -> CountryPolicyPublished | None:
    if decision.country_policy_id is None or decision.country_policy_version is None:
        return None
    policies = {(one.country_policy_id, one.version): one for one in known.country_policies.get(country, ())}
    return known_as("country-policy", (decision.country_policy_id, decision.country_policy_version), policies)


def _host_tables(known: Known, unit: UnitFacts, used: Mapping[str, Any]) -> tuple[GradeTablePublished, ...]:
    tables = known.grade_tables.get(unit.agreement.host_id, ())
    return _named(tables, used.get("host_table_id"), used.get("host_table_version"))


def _home_tables(known: Known, unit: UnitFacts, used: Mapping[str, Any]) -> tuple[GradeTablePublished, ...]:
    """The one that was looked up; where home had the scale itself, any of its tables says so."""
    tables = known.grade_tables.get(unit.agreement.home_id, ())
    if used.get("method") == ConversionMethod.SAME_SCALE:
        return tuple(one for one in tables if one.grade_scale == used["grade_scale"])
    return _named(tables, used.get("home_table_id"), used.get("home_table_version"))


def _named(
    tables: Sequence[GradeTablePublished], id_: str | None, version: int | None
) -> tuple[GradeTablePublished, ...]:
    if id_ is None or version is None:
        return ()
    return (known_as("grade-table", (UUID(id_), version), {(one.grade_table_id, one.version): one for one in tables}),)


def _fields(kept: Decision, again: Decision, *, judged: bool) -> Iterator[str]:
    """What is stored beside the trace; of what the rules make of it only if they are all the same (`judged`)."""
    skipped = BECAME_LATER | {"trace"} | (set() if judged else {"state", "mode", "reasons"})
    skipped |= set() if kept.state in BY_RULE else {"state"}
    skipped |= set() if kept.transcript_issued_at else {"transcript_issued_at"}  # the oldest decisions know of none
    for name in (field.name for field in fields(Decision) if field.name not in skipped):
        if (was := getattr(kept, name)) != (now := getattr(again, name)):
            yield f"{name} is {_shown(was)}, and comes out as {_shown(now)}"


def _rule(then: RuleResult, now: RuleResult) -> Iterator[str]:
    if (then.passed, then.reasons) != (now.passed, now.reasons):
        yield f"{then.rule} said {_verdict(then)}, and says {_verdict(now)}"
    used = json.loads(json.dumps(now.used, default=str))  # as the trace is stored
    for name in dict(then.used) | used:
        if (was := then.used.get(name)) != (value := used.get(name)):
            yield f"{then.rule} looked at {name} {_shown(was)}, and looks at {_shown(value)}"


def _verdict(result: RuleResult) -> str:
    return ", ".join(result.reasons) or ("yes" if result.passed else "no")


def _shown(value: object) -> str:
    return json.dumps(value, default=str)
