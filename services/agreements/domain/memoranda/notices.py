"""Notice of termination, and taking it back in time."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.amendments import without_amendment
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import Command
from services.agreements.domain.memoranda.taken import Taken, entry, move, settled
from services.agreements.domain.memoranda.values import Memorandum, Notice
from services.agreements.domain.memorandum_terms import NOTICE_MONTHS
from shared.contracts.agreements import MemorandumTerminationNotified, MemorandumTerminationWithdrawn

MONTHS = 12


def notify_termination(
    memorandum: Memorandum, actor: Actor, reason: str, institutions: Institutions, at: datetime
) -> Taken:
    """From now on no new agreements; an amendment under way has nothing to amend any more and is dropped."""
    notified, _ = move(memorandum, Command.NOTIFY_TERMINATION, actor, at)
    months = NOTICE_MONTHS if memorandum.terms.notice_months is None else memorandum.terms.notice_months
    last = months_later(at.date(), months)
    notified, dropped = without_amendment(notified, actor, institutions, at)
    by_id = actor.institution_id
    notice = Notice(institution_id=by_id, reason=reason, notified_at=at, terminates_on=last)
    notified = replace(notified, notice=notice)
    fact = said.step(MemorandumTerminationNotified, notified, institutions, by_id, at.date(), terminates_on=last)
    return Taken(notified, entry(notified, Command.NOTIFY_TERMINATION, actor, at, reason), [*dropped, fact])


def withdraw_termination(memorandum: Memorandum, actor: Actor, institutions: Institutions, at: datetime) -> Taken:
    withdrawn, _ = move(memorandum, Command.WITHDRAW_TERMINATION, actor, at)
    withdrawn = settled(replace(withdrawn, notice=None))
    fact = said.step(MemorandumTerminationWithdrawn, withdrawn, institutions, actor.institution_id, at.date())
    return Taken(withdrawn, entry(withdrawn, Command.WITHDRAW_TERMINATION, actor, at), [fact])


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
