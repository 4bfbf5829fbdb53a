"""Every operation of the OpenAPI documents by every role, at the own or foreign institution."""

from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

import pytest

from deploy.local.demo.client import Actor
from shared.auth import ROLES
from tests.support.operations import OPERATIONS, Operation
from tests.support.told_world import ToldWorld, bearer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio,
    pytest.mark.usefixtures("nothing_changes"),
    pytest.mark.xdist_group("told world"),
]

OPEN_TO_ALL = {"list_events", "list_event_types", "list_ledger_checkpoints", "get_ledger_checkpoint"}
"""Of events, everybody gets those about the public catalogue; who gets which others is a matter of its own. Checkpoints
say nothing about anyone."""
PUBLIC = [one for one in OPERATIONS if (one.service == "catalogue" and one.method == "get") or str(one) in OPEN_TO_ALL]
GUARDED = [one for one in OPERATIONS if one not in PUBLIC]
STALE = '"999999999"'


def with_role(world: ToldWorld, role: str) -> Actor:
    return Actor(f"only-{role}", (role,), org=world.told.institutions["mt"], countries=("MT",))


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_a_role_that_an_operation_does_not_name_may_not(told_world: ToldWorld, ids, role: str):
    headers = bearer(with_role(told_world, role))
    closed = [one for one in OPERATIONS if one.roles and role not in one.roles]
    assert closed
    for operation in closed:
        answer = await told_world.http.request(
            operation.method, operation.at(ids), headers=operation.headers() | headers, json=operation.example
        )
        assert answer.status_code == HTTPStatus.FORBIDDEN, operation
        assert answer.json()["type"].endswith("/forbidden"), operation


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_a_role_that_an_operation_names_is_enough_to_be_heard(told_world: ToldWorld, ids, role: str):
    """Heard is not obeyed: these requests lack a body or a key, or mean a version that is long gone."""
    headers = bearer(with_role(told_world, role))
    for operation in [one for one in OPERATIONS if role in one.roles]:
        incomplete = operation.headers(STALE)
        if "If-Match" not in incomplete:
            incomplete.pop("Idempotency-Key", None)
        answer = await told_world.http.request(operation.method, operation.at(ids), headers=incomplete | headers)
        refused_by_role = answer.status_code == HTTPStatus.FORBIDDEN and answer.json()["type"].endswith("/forbidden")
        assert answer.status_code != HTTPStatus.UNAUTHORIZED, operation
        assert not refused_by_role, operation


@pytest.mark.parametrize("operation", [one for one in GUARDED if not one.is_list and "{" in one.path], ids=str)
async def test_another_institution_may_do_everything_but_not_here(told_world: ToldWorld, ids, operation: Operation):
    foreigner = replace(told_world.staff("mt"), name="foreigner", org=uuid4(), countries=("XX",))
    answer = await told_world.http.request(
        operation.method, operation.at(ids), headers=operation.headers() | bearer(foreigner), json=operation.example
    )
    assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize("operation", [one for one in GUARDED if one.is_list], ids=str)
async def test_the_lists_of_another_institution_are_empty(told_world: ToldWorld, ids, operation: Operation):
    foreigner = replace(told_world.staff("mt"), name="foreigner", org=uuid4(), countries=("XX",))
    answer = await told_world.http.get(operation.at(ids), headers=bearer(foreigner))
    assert answer.json()["items"] == []
