"""What time does to a memorandum: it begins to be valid, expires, is terminated."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.amendments import without_amendment
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import LIVING, Command
from services.agreements.domain.memoranda.taken import Taken, entry_of_time, passed
from services.agreements.domain.memoranda.values import Memorandum
from shared.contracts.agreements import MemorandumExpired, MemorandumStep, MemorandumTerminated


def due(memorandum: Memorandum, now: datetime) -> Mapping[Command, datetime]:
    """What time has still to do, and when: at the beginning of the first day on which it holds."""
    if memorandum.state not in LIVING:
        return {}
    days = {Command.EXPIRE: memorandum.terms.valid_until + timedelta(days=1)}
    if memorandum.terms.valid_from > now.date():
        days[Command.BEGIN] = memorandum.terms.valid_from
    if memorandum.notice:
        days[Command.TERMINATE] = memorandum.notice.terminates_on + timedelta(days=1)
    return {command: _beginning(day) for command, day in days.items()}


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def begin(memorandum: Memorandum, at: datetime) -> Taken:
    """Nothing is said, since its validity was; but whoever has read it reads it again, for it is in force now."""
    begun = passed(memorandum, Command.BEGIN)
    return Taken(begun, entry_of_time(begun, Command.BEGIN, at))


def expire(memorandum: Memorandum, institutions: Institutions, at: datetime) -> Taken:
    return _ended(MemorandumExpired, memorandum, Command.EXPIRE, institutions, at)


def terminate(memorandum: Memorandum, institutions: Institutions, at: datetime) -> Taken:
    return _ended(MemorandumTerminated, memorandum, Command.TERMINATE, institutions, at)


def _ended(
    fact: type[MemorandumStep], memorandum: Memorandum, command: Command, institutions: Institutions, at: datetime
) -> Taken:
    ended, dropped = without_amendment(passed(memorandum, command), None, institutions, at)
    end = said.step(fact, ended, institutions, None, at.date())
    return Taken(ended, entry_of_time(ended, command, at), [*dropped, end])
