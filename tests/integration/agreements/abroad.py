"""How far an agreed learning agreement has come, by the calls of learner, home and host."""

from collections.abc import Mapping
from typing import Any

from services.agreements.api.learning_agreement_terms import LearningAgreementRequest
from tests.integration.agreements.conftest import World, answered, everything, path_of, step
from tests.support.builders.agreement_bodies import seen
from tests.support.running import ApiCaller

LONGER = "2026-04-24"
EXTENSION = {"type": "extension", "code": "extending-mobility"}
STARTED, ENDED = {"started_on": "2026-03-02"}, {"completed_on": "2026-03-27"}


def change_body(agreement: Mapping[str, Any], *reasons: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The whole content of what is agreed, with these changes."""
    content = {name: agreement[name] for name in LearningAgreementRequest.model_fields}
    return content | {"reasons": [*reasons]} | changes


async def started(world: World) -> dict[str, Any]:
    return await step(world.host(), await world.agreed(), "start", STARTED)


async def completed(world: World) -> dict[str, Any]:
    return await step(world.host(), await started(world), "completion", ENDED)


async def extended(world: World, agreement: dict[str, Any], caller: ApiCaller | None = None) -> dict[str, Any]:
    """With an open change, proposed by the host unless by another one."""
    body = change_body(agreement, EXTENSION, ends_on=LONGER)
    return await step(caller or world.host(), agreement, "changes", body)


async def changes_of(world: World, agreement: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await everything(world.home(), f"{path_of(dict(agreement))}/changes")


async def open_change(world: World, agreement: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed."""
    return seen((await changes_of(world, agreement))[-1])


async def change_signed(world: World, agreement: dict[str, Any]) -> dict[str, Any]:
    """By all three."""
    content = await open_change(world, agreement)
    for caller in (world.learner(agreement["learner_id"]), world.home(), world.host()):
        agreement = await step(caller, agreement, "changes/signatures", content)
    return agreement


def complement_body(agreement: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    outcome_ids = [pair["host_outcome_id"] for pair in agreement["units"][0]["outcomes"]]
    usual = {
        "programme": "Rollout of workstations.",
        "tasks": ["Prepared the images", "Installed them"],
        "host_outcome_ids": outcome_ids,
        "evaluations": [{"method": "oral", "criteria": "A checklist", "host_outcome_ids": outcome_ids}],
        "hours": 120,
    }
    return usual | changes


async def complement_drafted(world: World, agreement: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = complement_body(agreement, **changes)
    path = f"{path_of(agreement)}/complement"
    return answered(await world.host().put(path, body, version=agreement["version"]))


async def complemented(world: World, agreement: dict[str, Any]) -> dict[str, Any]:
    drafted = await complement_drafted(world, agreement)
    once = await step(world.learner(agreement["learner_id"]), drafted, "complement/signatures", seen(drafted))
    return await step(world.host(), once, "complement/signatures", seen(drafted))


async def read(world: World, agreement: Mapping[str, Any]) -> dict[str, Any]:
    return answered(await world.home().get(path_of(dict(agreement))))
