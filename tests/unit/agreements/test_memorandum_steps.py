"""Every situation, every command, everybody, against tables written down here by hand from domain.md 3.1."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Actor, Command, GeneralInfo, Memorandum, State, Taken
from shared.problems import Forbidden, Problem, Validation, WrongState
from tests.support.agreeing import AT, HOME, HOST, KNOWN, MEMORANDUM_TERMS, memorandum, seen, signatory
from tests.support.builders.catalogue import MALTA_COUNCIL, MALTA_ICT

INSTITUTIONS, QUALIFICATION = KNOWN.institutions, (MALTA_ICT.qualification_id,)
COUNCIL = MALTA_COUNCIL.institution_id
AMENDED, OTHER = (replace(MEMORANDUM_TERMS, yearly_volume=volume) for volume in (10, 20))


def person(institution_id: object, role: str, *countries: str) -> Actor:
    return Actor(institution_id, role, frozenset({role}), frozenset(countries))  # type: ignore[arg-type] # ids of the table


PEOPLE = {
    "home signatory": person(HOME, "signatory"),
    "home coordinator": person(HOME, "coordinator"),
    "home assessor": person(HOME, "assessor"),
    "host signatory": person(HOST, "signatory"),
    "host coordinator": person(HOST, "coordinator"),
    "stranger": person(COUNCIL, "signatory"),
    "body MT": person(COUNCIL, "competent_body", "MT"),
    "body IT": person(COUNCIL, "competent_body", "IT", "FR"),
    "body DE": person(COUNCIL, "competent_body", "DE"),
}
DRAFTERS = {"home signatory", "home coordinator"}
SIGNATORIES = {"home signatory", "host signatory"}
OVERSEERS = SIGNATORIES | {"body MT", "body IT"}

MAY = {
    "edit": DRAFTERS,
    "delete": DRAFTERS,
    "propose": DRAFTERS,
    "counter_propose": {"host signatory"},
    "approve": SIGNATORIES,
    "reject": SIGNATORIES,
    "withdraw": DRAFTERS,
    "change_general_info": SIGNATORIES | {"home coordinator", "host coordinator"},
    "propose_amendment": SIGNATORIES,
    "approve_amendment": SIGNATORIES,
    "reject_amendment": SIGNATORIES,
    "withdraw_amendment": {"home signatory"},
    "suspend": OVERSEERS,
    "suspend_qualifications": OVERSEERS,
    "resume": {"home signatory", "body MT"},
    "resume_qualifications": {"home signatory", "body MT"},
    "notify_termination": SIGNATORIES,
    "withdraw_termination": {"home signatory"},
}
"""Home has drafted and proposed, proposed the amendment, suspended, and given notice."""

COULD_BE_ANY = {
    "withdraw_amendment": SIGNATORIES,
    "withdraw_termination": SIGNATORIES,
    "resume": OVERSEERS,
    "resume_qualifications": OVERSEERS,
}
"""As long as there is nothing to take back it could be any of these, whom the state alone refuses."""

PUT = {"counter_propose": "proposed", "reject": "rejected", "withdraw": "withdrawn"}
PARTS = ("suspend_qualifications", "resume_qualifications", "change_general_info")


def living(state: str) -> dict[str, str]:
    return dict.fromkeys(PARTS, state)


def open_amendment(state: str) -> dict[str, str]:
    return dict.fromkeys(("approve_amendment", "reject_amendment", "withdraw_amendment"), state)


EXPECTED: Mapping[str, Mapping[str, str]] = {
    "draft": dict.fromkeys(("edit", "delete", "change_general_info"), "draft") | {"propose": "proposed"},
    "proposed": PUT | {"approve": "partly_approved", "change_general_info": "proposed"},
    "partly_approved": PUT | {"approve": "active", "change_general_info": "partly_approved"},
    "active": living("active")
    | {"propose_amendment": "active", "suspend": "suspended", "notify_termination": "termination_notified"},
    "active, amendment open": living("active")
    | open_amendment("active")
    | {"suspend": "suspended", "notify_termination": "termination_notified"},
    "suspended": living("suspended")
    | {
        "propose_amendment": "suspended",
        "suspend": "suspended",
        "resume": "active",
        "notify_termination": "termination_notified",
    },
    "suspended, amendment open": living("suspended")
    | open_amendment("suspended")
    | {"suspend": "suspended", "resume": "active", "notify_termination": "termination_notified"},
    "termination_notified": living("termination_notified")
    | {"suspend": "termination_notified", "resume": "not suspended", "withdraw_termination": "active"},
    "termination_notified, suspended": living("termination_notified")
    | {"suspend": "termination_notified", "resume": "termination_notified", "withdraw_termination": "suspended"},
    "terminated": {},
    "expired": {},
    "rejected": {},
    "withdrawn": {},
}
"""The states that follow; what is not here is refused with `wrong-state`."""

PERFORM: Mapping[str, Callable[[Memorandum, Actor], Taken | None]] = {
    "edit": lambda it, by: memoranda.edit(it, AMENDED, None, None, by, INSTITUTIONS, AT),
    "delete": lambda it, by: memoranda.check_deletable(it, by, AT),
    "propose": lambda it, by: memoranda.propose(it, by, INSTITUTIONS, AT),
    "counter_propose": lambda it, by: memoranda.counter_propose(it, AMENDED, None, by, INSTITUTIONS, AT),
    "approve": lambda it, by: memoranda.approve(it, by, seen(it), None, INSTITUTIONS, AT),
    "reject": lambda it, by: memoranda.reject(it, by, "No.", INSTITUTIONS, AT),
    "withdraw": lambda it, by: memoranda.withdraw(it, by, "No.", INSTITUTIONS, AT),
    "change_general_info": lambda it, by: memoranda.change_general_info(it, by, GeneralInfo(), INSTITUTIONS, AT),
    "propose_amendment": lambda it, by: memoranda.propose_amendment(it, OTHER, None, by, INSTITUTIONS, AT),
    "approve_amendment": lambda it, by: memoranda.approve_amendment(
        it, by, seen(it.amendment or it), None, INSTITUTIONS, AT
    ),
    "reject_amendment": lambda it, by: memoranda.reject_amendment(it, by, "No.", INSTITUTIONS, AT),
    "withdraw_amendment": lambda it, by: memoranda.withdraw_amendment(it, by, "No.", INSTITUTIONS, AT),
    "suspend": lambda it, by: memoranda.suspend(it, by, "Fire.", None, INSTITUTIONS, AT),
    "resume": lambda it, by: memoranda.resume(it, by, None, INSTITUTIONS, AT),
    "suspend_qualifications": lambda it, by: memoranda.suspend(it, by, "Fire.", QUALIFICATION, INSTITUTIONS, AT),
    "resume_qualifications": lambda it, by: memoranda.resume(it, by, QUALIFICATION, INSTITUTIONS, AT),
    "notify_termination": lambda it, by: memoranda.notify_termination(it, by, "We close.", INSTITUTIONS, AT),
    "withdraw_termination": lambda it, by: memoranda.withdraw_termination(it, by, INSTITUTIONS, AT),
}


NOTHING_FOLLOWS: Mapping[str, type[Problem]] = {"wrong state": WrongState, "not suspended": Validation}


def situation(name: str) -> Memorandum:
    """In each that lives, home holds the one qualification suspended."""
    state, _, more = name.partition(", ")
    if state not in {"active", "suspended", "termination_notified"}:
        return memorandum(State(state))
    it, home = memorandum(State.ACTIVE), signatory(HOME)
    it = memoranda.suspend(it, home, "Fire.", QUALIFICATION, INSTITUTIONS, AT).memorandum
    if "suspended" in {state, more}:
        it = memoranda.suspend(it, home, "Fire.", None, INSTITUTIONS, AT).memorandum
    if more == "amendment open":
        it = memoranda.propose_amendment(it, AMENDED, None, home, INSTITUTIONS, AT).memorandum
    if state == "termination_notified":
        it = memoranda.notify_termination(it, home, "We close.", INSTITUTIONS, AT).memorandum
    return it


def test_the_tables_here_speak_of_all_there_is():
    by_time = {Command.BEGIN, Command.EXPIRE, Command.TERMINATE}
    assert MAY.keys() == PERFORM.keys() == set(Command) - by_time - {Command.DRAFT}
    assert {name.partition(", ")[0] for name in EXPECTED} == set(State)


def refusal_of(before: Memorandum, command: str, who: str, follows: str) -> type[Problem] | None:
    """What the tables say to somebody who tries."""
    may = MAY[command]
    if follows in NOTHING_FOLLOWS and not (before.notice and command == "withdraw_termination"):
        may = COULD_BE_ANY.get(command, may)
    if who not in may:
        return Forbidden
    return NOTHING_FOLLOWS.get(follows)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", MAY)
@pytest.mark.parametrize("name", EXPECTED)
def test_each_step_is_for_whom_and_from_where_the_table_says(name: str, command: str, who: str):
    before, follows = situation(name), EXPECTED[name].get(command, "wrong state")
    refusal = refusal_of(before, command, who, follows)
    if refusal is None:
        check_follows(before, PERFORM[command](before, PEOPLE[who]), command, follows)
        return
    with pytest.raises(refusal) as problem:
        PERFORM[command](before, PEOPLE[who])
    if refusal is WrongState:
        assert set(problem.value.members["possible"]) == EXPECTED[name].keys()


def check_follows(before: Memorandum, taken: Taken | None, command: str, follows: str) -> None:
    if taken is None:  # deleted, or approved before
        assert command == "delete" or HOME in before.approving
        return
    after = taken.memorandum
    assert (after.state, after.version) == (follows, before.version + 1)
    assert (taken.entry.command, taken.entry.taken_at) == (command, AT)
    assert all(fact.version == after.version for fact in taken.facts)


BY_TIME = {
    "active": {"begin": "active", "expire": "expired"},
    "suspended": {"begin": "suspended", "expire": "expired"},
    "termination_notified": {"begin": "termination_notified", "expire": "expired", "terminate": "terminated"},
}


@pytest.mark.parametrize("command", ["begin", "expire", "terminate"])
@pytest.mark.parametrize("state", State)
def test_time_moves_it_only_as_the_table_says(state: State, command: str):
    before = memorandum(state)
    perform: Mapping[str, Callable[[], Taken]] = {
        "begin": lambda: memoranda.begin(before, AT),
        "expire": lambda: memoranda.expire(before, INSTITUTIONS, AT),
        "terminate": lambda: memoranda.terminate(before, INSTITUTIONS, AT),
    }
    follows = BY_TIME.get(state, {}).get(command)
    if follows is None:
        with pytest.raises(WrongState):
            perform[command]()
        return
    taken = perform[command]()
    assert (taken.memorandum.state, taken.memorandum.version) == (follows, before.version + 1)
    assert (taken.entry.institution_id, taken.entry.actor, taken.entry.command) == (None, None, command)
