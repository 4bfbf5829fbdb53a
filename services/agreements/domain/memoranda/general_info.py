"""Contacts and the like: each party's own to change, without anybody's approval (domain.md 2.7)."""

from dataclasses import asdict, replace
from datetime import datetime

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import Command, State
from services.agreements.domain.memoranda.taken import Taken, entry, move
from services.agreements.domain.memoranda.values import GeneralInfo, Memorandum
from shared.contracts.agreements import MemorandumGeneralInformationChanged


def change_general_info(
    memorandum: Memorandum, actor: Actor, info: GeneralInfo, institutions: Institutions, at: datetime
) -> Taken:
    """What was there before is kept in the history. Of a draft nobody is told."""
    changed, _ = move(memorandum, Command.CHANGE_GENERAL_INFO, actor, at)
    own = actor.institution_id
    changed = replace(changed, general_info={**memorandum.general_info, own: info})
    before = asdict(memorandum.general_info.get(own, GeneralInfo()))
    line = entry(changed, Command.CHANGE_GENERAL_INFO, actor, at, before=before)
    if changed.state is State.DRAFT:
        return Taken(changed, line)
    return Taken(changed, line, [said.step(MemorandumGeneralInformationChanged, changed, institutions, own, at.date())])
