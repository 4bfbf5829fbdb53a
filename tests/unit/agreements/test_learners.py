"""Who a learner is, how long that is kept, and by what the same person is recognised."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.agreements.domain import learners
from services.agreements.domain.learners import (
    TRANSITIONS,
    Command,
    ErasureReason,
    Guardian,
    Identifiers,
    Learner,
    PersonalData,
    Sealed,
    State,
)
from services.agreements.domain.likeness import likenesses
from services.agreements.domain.retention import Basis, Periods, Retention, anniversary, is_over, retention
from shared.problems import Validation, WrongState

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
PERIODS = Periods(after_agreement=5, without_agreement=1)
PERSON = PersonalData(
    given_name="Ġanni",
    family_name="Abela-Vella",
    birth_date=date(2005, 3, 4),
    email="ganni@example.org",
    phone="+356 2100 0000",
    address="3 Triq il-Kbira, Valletta",
    nationality="MT",
    guardian=Guardian(name="Pawlu Abela", phone="+356 2100 0001"),
)
NOBODY = Identifiers()


def learner(**changes: Any) -> Learner:
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "version": 3,
        "home_id": UUID(int=2),
        "personal": PERSON,
        "sealed": Sealed(identifiers=b"sealed", key_id="key", fingerprints=frozenset({"f"})),
        "registered_at": AT,
    }
    return Learner(**usual | changes)


def erased() -> Learner:
    return learners.erase(learner(), ErasureReason.REQUESTED, AT)


def agree(one: Learner) -> State:
    one.present(Command.AGREE)
    return one.state


def sign(one: Learner) -> State:
    one.check_may_sign(AT.date())
    return one.state


COMMANDS: dict[Command, Callable[[Learner], State]] = {
    Command.EDIT: lambda one: learners.edit(one, PERSON, Sealed(), frozenset()).state,
    Command.AGREE: agree,
    Command.SIGN: sign,
    Command.ERASE: lambda one: learners.erase(one, ErasureReason.UNLAWFUL, AT).state,
}
POSSIBLE = {
    State.REGISTERED: {
        Command.EDIT: State.REGISTERED,
        Command.AGREE: State.REGISTERED,
        Command.SIGN: State.REGISTERED,
        Command.ERASE: State.ERASED,
    },
    State.ERASED: {},
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("state", State)
def test_only_what_is_possible_happens_and_all_else_says_what_is(state: State, command: Command):
    one = learner() if state is State.REGISTERED else erased()
    if expected := POSSIBLE[state].get(command):
        assert COMMANDS[command](one) is expected
        return
    with pytest.raises(WrongState) as refused:
        COMMANDS[command](one)
    assert (refused.value.members["state"], refused.value.members["possible"]) == ("erased", ["export"])


def test_everybody_can_be_exported():
    assert {state for state, command in TRANSITIONS if command is Command.EXPORT} == set(State)


def test_nothing_personal_is_left_after_an_erasure():
    gone = erased()
    assert gone.personal is None
    assert (gone.sealed.identifiers, gone.sealed.fingerprints) == (None, frozenset())
    assert (gone.id, gone.home_id, gone.version) == (learner().id, learner().home_id, 4)
    assert (gone.erased_at, gone.erased_because) == (AT, ErasureReason.REQUESTED)


def test_nobody_is_erased_while_an_agreement_is_running():
    with pytest.raises(WrongState) as refused:
        learners.erase(learner(), ErasureReason.REQUESTED, AT, [UUID(int=7)])
    assert refused.value.members["learning_agreement_ids"] == [str(UUID(int=7))]


def test_nothing_personal_shows_in_a_representation():
    shown = repr(learner()) + repr(PERSON.guardian) + repr(Identifiers(esi="esi-1", national_id="12345M"))
    assert str(UUID(int=1)) in shown
    for text in ("anni", "Abela", "2005", "example", "2100", "Triq", "Pawlu", "esi-1", "12345M", "sealed'"):
        assert text not in shown


@pytest.mark.parametrize(
    ("birth_date", "guardian", "may"),
    [
        (date(2008, 11, 2), None, True),  # 18 today
        (date(2008, 11, 3), None, False),
        (date(2008, 11, 3), PERSON.guardian, True),
        (date(2020, 2, 29), None, False),
    ],
)
def test_a_minor_signs_once_a_guardian_is_known(birth_date: date, guardian: Guardian | None, may: bool):  # noqa: FBT001 - a column of the table
    one = learner(personal=replace(PERSON, birth_date=birth_date, guardian=guardian))
    assert one.is_guardian_missing(AT.date()) is not may
    if may:
        one.check_may_sign(AT.date())
        return
    with pytest.raises(Validation) as refused:
        one.check_may_sign(AT.date())
    assert refused.value.members["errors"][0]["code"] == "guardian_missing"


def test_a_trace_names_fields_and_no_values():
    changed = replace(PERSON, family_name="Borg", guardian=None)
    assert learners.changed_fields(PERSON, changed) == ["family_name", "guardian"]
    assert learners.changed_fields(PERSON, PERSON) == []


@pytest.mark.parametrize(
    ("given_name", "family_name"),
    [("ĠANNI", "ABELA VELLA"), ("Ganni ", "Abela–Vella"), ("Ġanni", "Abela-Vella")],  # noqa: RUF001 - a dash
)
def test_the_same_names_and_birth_date_are_the_same_person_however_they_are_written(given_name: str, family_name: str):
    again = replace(PERSON, given_name=given_name, family_name=family_name, email=None)
    assert likenesses(again, NOBODY) == likenesses(PERSON, NOBODY)


def test_another_birth_date_or_name_is_somebody_else():
    for changes in ({"birth_date": date(2005, 4, 3)}, {"given_name": "Ġanna"}, {"family_name": "Abela"}):
        assert not likenesses(replace(PERSON, **changes), NOBODY) & likenesses(PERSON, NOBODY)


def test_the_same_identifier_is_the_same_person_whatever_the_names():
    other = replace(PERSON, given_name="Maria", family_name="Borg")
    esi = "urn:schac:personalUniqueCode:int:esi:school.example:AB-1"
    for mine, theirs in (
        (Identifiers(esi=esi), Identifiers(esi=esi.lower())),
        (Identifiers(national_id="0123 45-M"), Identifiers(national_id="012345m")),
    ):
        assert likenesses(PERSON, mine) & likenesses(other, theirs)
    assert not likenesses(PERSON, Identifiers(esi="1")) & likenesses(other, Identifiers(national_id="1"))


def test_data_are_kept_for_years_after_the_last_agreement():
    one = learner(last_agreed_day=date(2027, 4, 30))
    assert retention(one, PERIODS) == Retention(Basis.LEARNING_AGREEMENT, date(2032, 4, 30))
    assert not is_over(one, PERIODS, date(2032, 4, 30))
    assert is_over(one, PERIODS, date(2032, 5, 1))


def test_without_an_agreement_they_are_kept_from_registration_on():
    assert retention(learner(), PERIODS) == Retention(Basis.REGISTRATION, date(2027, 11, 2))


def test_for_who_is_erased_nothing_is_kept_any_more():
    assert retention(erased(), PERIODS) is None
    assert not is_over(erased(), PERIODS, date(2199, 1, 1))


def test_the_29th_of_february_comes_back_on_the_1st_of_march():
    assert anniversary(date(2024, 2, 29), 5) == date(2029, 3, 1)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)
