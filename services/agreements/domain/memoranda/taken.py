"""A transition taken: the state that follows, what is said of it, what its history keeps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.agreements.domain.memoranda.roles import Actor, Side, acting_as
from services.agreements.domain.memoranda.states import (
    BY_TIME,
    LIVING,
    NEEDS_AMENDMENT,
    TRANSITIONS,
    WHILE_SUSPENDED,
    Command,
    State,
)
from services.agreements.domain.memoranda.values import Memorandum, Override
from shared.contracts.facts import Fact
from shared.problems import WrongState
from shared.transitions import following


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a memorandum's history."""

    command: Command
    institution_id: UUID | None
    """None where time took the step."""
    actor: str | None
    """`sub` of whose token it was."""
    taken_at: datetime
    content_version: int
    reason: str | None = None
    before: Mapping[str, Any] | None = None
    """What was there before, where nothing else keeps it."""


@dataclass(frozen=True)
class Taken:
    memorandum: Memorandum
    entry: Entry
    facts: Sequence[Fact] = ()


def move(memorandum: Memorandum, command: Command, actor: Actor, at: datetime) -> tuple[Memorandum, Side]:
    """As the table says, one version on, and as which side; `Forbidden` before `WrongState`."""
    side = acting_as(memorandum, actor, command)
    _check_not_over(memorandum, at)
    state = following(_possible(memorandum, at), memorandum.state, command)
    return replace(memorandum, state=state, version=memorandum.version + 1), side


def _check_not_over(memorandum: Memorandum, at: datetime) -> None:
    """Time may be ahead of the worker that does its work."""
    if memorandum.state in LIVING and at.date() > memorandum.terms.valid_until:
        raise WrongState(State.EXPIRED, [])
    if memorandum.notice and at.date() > memorandum.notice.terminates_on:
        raise WrongState(State.TERMINATED, [])


def passed(memorandum: Memorandum, command: Command) -> Memorandum:
    """As time says, one version on."""
    return replace(memorandum, state=following(BY_TIME, memorandum.state, command), version=memorandum.version + 1)


def _possible(memorandum: Memorandum, at: datetime) -> Mapping[tuple[State, Command], State]:
    """The table, without what an amendment that is open, or not, makes impossible, and a yes that is too late."""
    is_open, late = memorandum.amendment is not None, set(_too_late(memorandum, at))
    return {
        row: state
        for row, state in TRANSITIONS.items()
        if NEEDS_AMENDMENT.get(row[1], is_open) is is_open and row[1] not in late
    }


def _too_late(memorandum: Memorandum, at: datetime) -> Iterator[Command]:
    """Nothing comes into force whose validity is over."""
    if memorandum.terms.valid_until < at.date():
        yield Command.APPROVE
    if memorandum.amendment and memorandum.amendment.terms.valid_until < at.date():
        yield Command.APPROVE_AMENDMENT


def settled(memorandum: Memorandum) -> Memorandum:
    """Suspended instead of active as long as anybody holds all of it suspended."""
    state = memorandum.state
    return replace(memorandum, state=WHILE_SUSPENDED.get(state, state)) if memorandum.is_suspended() else memorandum


def overridden(memorandum: Memorandum, override: Override | None) -> Mapping[str, Any] | None:
    """For the history: why there was to be another one like it, before this reason took its place."""
    return {"duplicate": asdict(memorandum.override)} if override and memorandum.override else None


def entry(
    memorandum: Memorandum, command: Command, actor: Actor, at: datetime, reason: str | None = None, **more: Any
) -> Entry:
    usual = {"content_version": memorandum.revision.number} | more
    return Entry(
        command=command, institution_id=actor.institution_id, actor=actor.signatory, taken_at=at, reason=reason, **usual
    )


def entry_of_time(memorandum: Memorandum, command: Command, at: datetime) -> Entry:
    return Entry(
        command=command, institution_id=None, actor=None, taken_at=at, content_version=memorandum.revision.number
    )
