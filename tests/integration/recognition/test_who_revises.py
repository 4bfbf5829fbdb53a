"""Who may certify, correct and revoke, and who reads why: each command by everybody."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
import sqlalchemy as sa

from services.recognition import store
from services.recognition.tables import CERTIFICATIONS, CORRECTIONS, REVOCATIONS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.problems import NotFound
from shared.service import Running
from shared.tenancy import acting_for
from tests.integration.recognition.revising import FRAUD, LAW, Learner, learner
from tests.support.running import ApiCaller, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

MAY, ROLE, FOREIGN = 412, 403, 404
"""Whoever may is told first that the version is not the current one."""
COMMANDS: dict[str, object] = {
    "revocation-preview": None,
    "revocation": FRAUD | {"token": "0" * 64},
    "correction": {"grade": "A", "grade_scale": "mt-letters", "legal_basis": LAW},
}
WHO: dict[str, tuple[Callable[[Learner], ApiCaller], int]] = {
    "recogniser": (lambda it: it.recogniser, MAY),
    "appeals officer": (lambda it: at_home(it, "appeals_officer"), ROLE),
    "home coordinator": (lambda it: at_home(it, "coordinator"), ROLE),
    "operator": (lambda it: at_home(it, "operator"), ROLE),
    "host recogniser": (lambda it: ApiCaller(it.api, it.told.agreement.host_id, ("recogniser",)), ROLE),
    "learner": (lambda it: ApiCaller(it.api, None, ("learner",), learner_id=it.told.learner_id), ROLE),
    "stranger": (lambda it: ApiCaller(it.api, uuid4(), ("recogniser",)), FOREIGN),
}


def at_home(it: Learner, role: str) -> ApiCaller:
    return ApiCaller(it.api, it.told.agreement.home_id, (role,))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def revoked(recognition: Running, api: httpx2.AsyncClient) -> tuple[Learner, str, str]:
    """A learner, what was revoked, and what counts, which was corrected."""
    it = await learner(recognition, api)
    await tell(recognition, it.told.transcript)
    [decision] = await it.decisions()
    await it.revoke_as_previewed(decision)
    answer = await it.correct(await it.certify(), grade="A", grade_scale="mt-letters")
    assert answer.status_code == 201, answer.text
    return it, decision["decision_id"], answer.json()["decision_id"]


@pytest.mark.parametrize("who", WHO)
async def test_only_a_recogniser_at_home_revises(revoked: tuple[Learner, str, str], who: str):
    it, decision_id, _ = revoked  # of which the host sees what was revoked
    as_them, expected = WHO[who]
    for command, body in COMMANDS.items():
        answer = await as_them(it).post(f"/v1/decisions/{decision_id}/{command}", body, version=99)
        assert answer.status_code == expected, (command, answer.text)


@pytest.mark.parametrize("who", ["appeals officer", "home coordinator", "operator", "learner"])
async def test_only_a_recogniser_certifies(revoked: tuple[Learner, str, str], who: str):
    it, *_ = revoked
    answer = await WHO[who][0](it).post("/v1/decisions", it.achieved())
    assert answer.status_code == ROLE


async def test_a_version_has_to_be_named(revoked: tuple[Learner, str, str]):
    it, _, decision_id = revoked
    for command, body in COMMANDS.items():
        answer = await it.recogniser.post(f"/v1/decisions/{decision_id}/{command}", body)
        assert answer.status_code == 428, command


def principals(it: Learner) -> dict[str, tuple[Principal, bool]]:
    """And whether they see that something was revoked, and why."""
    agreement = it.told.agreement
    countries = frozenset({agreement.home_country})
    return {
        "home": (Principal("home", org=agreement.home_id, roles=frozenset({"coordinator"})), True),
        "host": (Principal("host", org=agreement.host_id, roles=frozenset({"examiner"})), True),
        "learner": (Principal("learner", roles=frozenset({"learner"}), learner_id=agreement.learner_id), True),
        "body": (Principal("body", roles=frozenset({"competent_body"}), countries=countries), True),
        "stranger": (Principal("stranger", org=uuid4(), roles=frozenset({"recogniser"})), False),
        "another": (Principal("another", roles=frozenset({"learner"}), learner_id=uuid4()), False),
    }


async def test_the_store_alone_keeps_a_revocation_from_whom_it_is_not_for(
    recognition: Running, revoked: tuple[Learner, str, str]
):
    """Row-level security off: the transaction may see everything."""
    it, decision_id, _ = revoked
    for name, (principal, sees) in principals(it).items():
        async with recognition.database.transaction(SYSTEM) as tx:
            try:
                found = await store.load_revocation(tx, UUID(decision_id), principal)
            except NotFound:
                assert not sees, name
            else:
                assert (sees, found.reason) == (True, "fraud"), name


async def test_row_level_security_alone_keeps_all_of_it_too(recognition: Running, revoked: tuple[Learner, str, str]):
    """What was certified and corrected is for the service alone."""
    it, *_ = revoked
    for name, (principal, sees) in principals(it).items():
        assert await seen(recognition, acting_for(principal), it) == ({"revocations"} if sees else set()), name
    assert await seen(recognition, SYSTEM, it) == {"certifications", "corrections", "revocations"}


async def seen(recognition: Running, whom: str | None, it: Learner) -> set[str]:
    async with recognition.database.transaction(whom) as tx:
        return {
            table.name
            for table in (CERTIFICATIONS, CORRECTIONS, REVOCATIONS)
            if (await tx.execute(sa.select(table).where(table.c.learner_id == it.told.learner_id))).all()
        }
