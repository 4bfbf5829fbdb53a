"""What must hold in the end, whatever broke on the way: nothing lost, nothing twice, nothing wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from deploy.local.demo.client import Resource, until
from deploy.local.demo.told import known
from tests.faults.load import Learner
from tests.support.stage import Stage

PATIENCE_SECONDS = 120.0
SAID = "SELECT event_id, type, payload::json -> 'data' ->> 'learner_id' AS learner FROM outbox"
UNPUBLISHED = "SELECT event_id FROM outbox WHERE published_at IS NULL"
TAKEN_IN = "SELECT event_id FROM inbox"
DELIVERIES = "SELECT id, event_id, state FROM deliveries WHERE subscription_id = :subscription"
UNDELIVERED = f"{DELIVERIES} AND state <> 'delivered'"
LEDGER = "SELECT learner_id, array_agg(position ORDER BY position) AS positions FROM ledger_entries GROUP BY 1"
NEXT_ATTEMPTS = "UPDATE deliveries SET next_attempt_at = now() WHERE state = 'retry' RETURNING id"
"""The third one would be made after five minutes."""
OLD_LEASES = """
    UPDATE deliveries SET next_attempt_at = now()
    WHERE state = 'delivering' AND next_attempt_at < now() + interval '45 seconds' RETURNING id
"""
"""Those of killed workers: one that lives does not hold a lease of a minute for so long, now that everybody answers."""
RESTS = "UPDATE subscriptions SET rests_until = now() WHERE rests_until > now() RETURNING id"
"""Of endpoints that were down."""
VERIFICATIONS = (("ledger", "verify"), ("replay", "--verify"))


@dataclass(frozen=True)
class Wrong:
    what: str
    learner: Learner | None = None
    """Whom it happened to, if not to everybody."""


async def wrongs(stage: Stage, learners: Sequence[Learner]) -> list[Wrong]:
    """Everything that is not as it must be, once all that is still under way has arrived."""
    arrived = [learner for learner in learners if learner.home]
    subscription = known(learners[0].story.told.subscription)
    return [
        *(Wrong(learner.trouble, learner) for learner in learners if learner.trouble),
        *await _not_arrived(stage, subscription),
        *await _wrong_records(arrived),
        *await _wrong_chains(stage, arrived),
        *await _said_otherwise(stage, arrived),
        *await _wrong_webhooks(stage, arrived, subscription),
        *await _parked(stage),
        *await _not_verified(stage),
    ]


async def _not_arrived(stage: Stage, subscription: Resource) -> list[Wrong]:
    """What was said and not published, published and not taken in, taken in and not delivered."""
    left: list[str] = []

    async def arrived() -> bool:
        for over in (NEXT_ATTEMPTS, OLD_LEASES, RESTS):  # time is made to pass
            await stage.rows("notifications", over)
        left[:] = await _unpublished(stage) or await _undelivered(stage, subscription) or await _not_taken_in(stage)
        return not left

    try:
        await until(arrived, PATIENCE_SECONDS)
    except TimeoutError:
        return [Wrong(one) for one in left] or [Wrong("nobody can say what has not arrived: the database is away")]
    return []


async def _unpublished(stage: Stage) -> list[str]:
    return [
        f"{name} has not published {row.event_id}"
        for name in stage.services.services
        for row in await stage.rows(name, UNPUBLISHED)
    ]


async def _not_taken_in(stage: Stage) -> list[str]:
    said = [row for name in stage.services.services for row in await stage.rows(name, SAID)]
    return [
        f"{name} has not taken in {row.type} {row.event_id}"
        for name, running in stage.services.services.items()
        if running.service.subscriptions
        for heard in [{row.event_id for row in await stage.rows(name, TAKEN_IN)}]
        for row in said
        if row.type in running.service.subscriptions and row.event_id not in heard
    ]


async def _undelivered(stage: Stage, subscription: Resource) -> list[str]:
    rows = await stage.rows("notifications", UNDELIVERED, subscription=subscription["subscription_id"])
    return [f"delivery {row.id} is {row.state}" for row in rows]


async def _wrong_records(learners: Iterable[Learner]) -> list[Wrong]:
    """One unit counts, one is in progress, and nobody has to review anything."""
    found = []
    for learner in learners:
        record = await learner.story.record()
        shown = (
            [credit["mode"] for credit in record["credits"]],
            [len(begun["needed_outcome_ids"]) for begun in record["in_progress"]],
            record["reviews"],
        )
        if shown != (["automatic"], [1], []):
            found.append(Wrong(f"the record shows {shown}", learner))
    return found


async def _wrong_chains(stage: Stage, learners: Iterable[Learner]) -> list[Wrong]:
    chains = {str(row.learner_id): row.positions for row in await stage.rows("recognition", LEDGER)}
    return [
        Wrong(f"the ledger has the positions {chains.get(learner.id)}", learner)
        for learner in learners
        if chains.get(learner.id) != [1]
    ]


async def _said_otherwise(stage: Stage, learners: Sequence[Learner]) -> list[Wrong]:
    """Each service says of each learner what it said of the first one, whom no fault met, and as often."""
    found: list[Wrong] = []
    for service in stage.services.services:
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for row in await stage.rows(service, SAID):
            said[str(row.learner)][row.type] += 1
        found += _unlike_the_first(f"{service} said", said, learners)
    return found


async def _wrong_webhooks(stage: Stage, learners: Sequence[Learner], subscription: Resource) -> list[Wrong]:
    """Each queued event came, with one id and one body however often; of each learner the same ones."""
    queued = await stage.rows("notifications", DELIVERIES, subscription=subscription["subscription_id"])
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for received in stage.receiver.received:
        bodies[received.headers["webhook-id"]].add(received.body)
    came: dict[str, Counter[str]] = defaultdict(Counter)
    for body in {body for of_one_id in bodies.values() for body in of_one_id}:
        event: Mapping[str, Any] = from_json(body)
        came[str(event["data"].get("learner_id"))][event["type"]] += 1
    return [
        *(Wrong(f"webhook {id_} came with {len(found)} bodies") for id_, found in bodies.items() if len(found) > 1),
        *(Wrong(f"webhook {row.event_id} never came") for row in queued if str(row.event_id) not in bodies),
        *_unlike_the_first("webhooks", came, learners),
    ]


def _unlike_the_first(what: str, counted: Mapping[str, Counter[str]], learners: Sequence[Learner]) -> Iterator[Wrong]:
    expected = counted[learners[0].id] if learners else Counter()
    for learner in learners:
        missing, too_many = expected - counted[learner.id], counted[learner.id] - expected
        if missing or too_many:
            yield Wrong(f"{what}: missing {dict(missing)}, too many {dict(too_many)}", learner)


async def _parked(stage: Stage) -> list[Wrong]:
    return [
        Wrong(f"{service} has parked {letter.type}: {letter.reason}")
        for service, letters in (await stage.dead_letters()).items()
        for letter in letters
    ]


async def _not_verified(stage: Stage) -> list[Wrong]:
    """By the commands that an operator has for it."""
    process, found = stage.processes["recognition consume"], []
    for command in VERIFICATIONS:
        try:
            await process.run(*command)
        except AssertionError as error:
            found.append(Wrong(f"{' '.join(command)}: {error}"))
    return found
