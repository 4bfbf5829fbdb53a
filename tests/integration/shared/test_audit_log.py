"""The audit log says who changed what, to those whose institution it was."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from shared import audit_log
from shared.audit_log import Wanted
from shared.auth import Principal
from shared.db import SYSTEM, Database
from shared.paging import PageRequest
from shared.tenancy import acting_for
from tests.support.databases import ThrowawayDatabase
from tests.support.notes import Notes, note
from tests.support.statements import statements

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/notes-audit-entries"


async def entries(notes: Notes, org: UUID, role: str = "coordinator", **params: Any) -> list[dict[str, Any]]:
    answer = await notes.http.get(PATH, params=params, headers=notes.caller(org, role))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_change_says_who_did_what_to_what_and_by_which_request(notes: Notes):
    org = uuid4()
    created = await notes.create(org)
    location = created.headers["location"]
    headers = notes.caller(org, "signatory", "examiner", sub="grace", If_Match='"1"', X_Request_Id="ticket-4711")
    assert (await notes.http.post(f"{location}/approval", headers=headers)).status_code == 200
    approved, drafted = await entries(notes, org)
    assert approved.pop("audit_entry_id") > drafted["audit_entry_id"]
    assert datetime.now(UTC) - datetime.fromisoformat(approved.pop("at")) < timedelta(minutes=1)
    assert approved == {
        "subject": "grace",
        "learner_id": None,
        "roles": ["examiner", "signatory"],
        "operation": "approve_note",
        "resource": f"{location}/approval",
        "request_id": "ticket-4711",
    }
    assert (drafted["operation"], drafted["subject"], drafted["resource"]) == ("create_note", "ada", location)
    assert drafted["request_id"] == created.headers["x-request-id"]


async def test_nothing_of_what_was_written_is_in_it(notes: Notes):
    org = uuid4()
    await notes.create(org, "Zammit", texts={"en": "Between us"})
    [entry] = await entries(notes, org)
    assert "Zammit" not in str(entry)
    assert "Between us" not in str(entry)


async def test_what_changed_nothing_leaves_no_entry(notes: Notes):
    org = uuid4()
    await notes.create(org, "Taken")
    location = (await notes.create(org)).headers["location"]
    before = await entries(notes, org)
    signatory = notes.caller(org, "signatory", If_Match='"7"')
    refused = {
        "read": await notes.http.get(location, headers=signatory),
        "stale": await notes.http.post(f"{location}/approval", headers=signatory),
        "wrong role": await notes.http.post(f"{location}/approval", headers=notes.caller(org, "assessor")),
        "somebody else's": await notes.http.post(
            f"{location}/approval", headers=notes.caller(uuid4(), "signatory", If_Match='"1"')
        ),
        "refused at the commit": await notes.create(org, "Taken"),
        "a bug after the change": await notes.http.post(f"{location}/accident", headers=signatory),
    }
    statuses = {why: answer.status_code for why, answer in refused.items()}
    assert list(statuses.values()) == [200, 412, 403, 404, 409, 500], statuses
    assert await entries(notes, org) == before


async def test_a_request_that_is_repeated_is_one_change(notes: Notes):
    org, body = uuid4(), note()
    headers = notes.caller(org, "coordinator", Idempotency_Key=str(uuid4()))
    first = await notes.http.post("/v1/notes", json=body, headers=headers)
    again = await notes.http.post("/v1/notes", json=body, headers=headers)
    assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert len(await entries(notes, org)) == 1


async def test_it_costs_a_change_one_statement_and_a_read_none(notes: Notes):
    org = uuid4()
    with statements() as sent:
        location = (await notes.create(org)).headers["location"]
        await notes.http.get(location, headers=notes.caller(org, "coordinator"))
    assert len([one for one in sent if "audit_entries" in one]) == 1


async def test_it_is_read_newest_first_in_pages(notes: Notes):
    org = uuid4()
    made = [(await notes.create(org)).headers["location"] for _ in range(5)]
    caller, url, seen = notes.caller(org, "coordinator"), f"{PATH}?limit=2&operation=create_note", []
    while url:
        answer = await notes.http.get(url, headers=caller)
        seen.append([entry["resource"] for entry in answer.json()["items"]])
        url = answer.links["next"]["url"] if answer.json()["next"] else ""
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]


async def test_it_can_be_asked_for_a_person_an_operation_and_a_time(notes: Notes):
    org = uuid4()
    location = (await notes.create(org)).headers["location"]
    headers = notes.caller(org, "signatory", sub="grace", If_Match='"1"')
    await notes.http.post(f"{location}/approval", headers=headers)
    later, earlier = await entries(notes, org)
    assert await entries(notes, org, subject="grace") == [later]
    assert await entries(notes, org, operation="create_note") == [earlier]
    assert await entries(notes, org, since=later["at"]) == [later]
    assert await entries(notes, org, until=later["at"]) == [earlier]
    assert await entries(notes, org, subject="nobody") == []


@pytest.mark.parametrize(
    "wrong", [{"since": "yesterday"}, {"until": "5"}, {"operation": "DROP TABLE"}, {"subject": "\0"}, {"subject": ""}]
)
async def test_what_it_cannot_be_asked_for_is_pointed_at(notes: Notes, wrong: dict[str, str]):
    answer = await notes.http.get(PATH, params=wrong, headers=notes.caller(uuid4(), "coordinator"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] in wrong


async def test_an_institution_reads_its_own_and_only_those_who_may(notes: Notes):
    org = uuid4()
    await notes.create(org)
    assert len(await entries(notes, org)) == 1
    assert len(await entries(notes, org, "competent_body")) == 1
    assert await entries(notes, uuid4()) == []
    for role in ("examiner", "signatory", "learner", "operator"):
        assert (await notes.http.get(PATH, headers=notes.caller(org, role))).status_code == 403, role


async def test_what_operators_do_on_the_command_line_is_noted_too(notes_database: ThrowawayDatabase):
    """No institution reads it."""
    application, name = Database(notes_database.url, pool=1), f"reseal {uuid4()}"
    await audit_log.note_command(application, name)
    async with application.transaction(SYSTEM) as tx:
        [entry] = await tx.execute(sa.text("SELECT * FROM audit_entries WHERE operation = :name"), {"name": name})
    await application.close()
    assert (entry.subject, entry.institution_id, entry.roles) == ("command line", None, ["operator"])


@pytest.mark.parametrize("belt", ["one", "two"])
async def test_each_belt_alone_shows_an_institution_its_own(notes: Notes, notes_database: ThrowawayDatabase, belt: str):
    home, stranger = (Principal("ada", org=uuid4(), roles=frozenset({"coordinator"})) for _ in range(2))
    assert home.org
    await notes.create(home.org)
    database = Database(notes_database.url, pool=1)

    async def seen_by(caller: Principal) -> int:
        if belt == "one":  # the select alone, in a transaction that sees all rows
            async with database.transaction(SYSTEM) as tx:
                return len((await audit_log.find(tx, caller, PageRequest(), Wanted())).items)
        async with database.transaction(acting_for(caller)) as tx:
            return len((await tx.execute(sa.text("SELECT * FROM audit_entries"))).all())

    assert (await seen_by(home), await seen_by(stranger)) == (1, 0)
    await database.close()
