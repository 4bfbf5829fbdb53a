from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from services.notifications.domain.entitlement import Reach, Scope
from services.notifications.domain.subscriptions import (
    BOTH_SECRETS_FOR,
    Command,
    Subscription,
    SubscriptionState,
    change,
    check_event_types,
    check_scope,
    delete,
    disable,
    pause,
    ping,
    require,
    resume,
    rotate,
    verify,
    warn,
)
from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing, SubscriptionVerified
from shared.problems import Conflict, ScopeNotGranted, Validation, WrongState

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def subscription(state: SubscriptionState = SubscriptionState.ACTIVE) -> Subscription:
    return Subscription(
        id=uuid4(),
        owner_id=uuid4(),
        url="https://hooks.school.example/",
        event_types=(),
        scope=Scope(),
        description=None,
        sealed_secret=b"sealed",
        created_at=NOW,
        state=state,
        version=3,
    )


def asked(command: Command) -> Callable[[Subscription], Subscription]:
    """It only asks whether it may; what follows is a delivery."""

    def ask(one: Subscription) -> Subscription:
        require(one, command)
        return one

    return ask


COMMANDS: dict[Command, Callable[[Subscription], Subscription]] = {
    Command.VERIFY: lambda one: verify(one)[0],
    Command.PING: asked(Command.PING),
    Command.CHANGE: lambda one: change(one, (), Scope(), None),
    Command.ROTATE: lambda one: rotate(one, b"new", NOW),
    Command.PAUSE: pause,
    Command.RESUME: resume,
    Command.REDELIVER: asked(Command.REDELIVER),
    Command.DISABLE: lambda one: disable(one, 1)[0],
    Command.DELETE: delete,
}
EXPECTED = {
    "requested": {"verify": "active", "change": "requested", "rotate": "requested", "delete": "deleted"},
    "active": {
        "ping": "active",
        "change": "active",
        "rotate": "active",
        "pause": "paused",
        "redeliver": "active",
        "disable": "disabled",
        "delete": "deleted",
    },
    "paused": {
        "change": "paused",
        "rotate": "paused",
        "resume": "active",
        "redeliver": "paused",
        "disable": "disabled",
        "delete": "deleted",
    },
    "disabled": {"verify": "active", "change": "disabled", "rotate": "disabled", "delete": "deleted"},
    "deleted": {},
}


@pytest.mark.parametrize(("state", "command"), list(product(SubscriptionState, Command)))
def test_a_subscription_lives_as_the_table_says_and_in_no_other_way(state: SubscriptionState, command: Command):
    before = subscription(state)
    if after := EXPECTED[state].get(command):
        changed = COMMANDS[command](before)
        assert changed.state == after
        assert changed.version == (3 if changed is before else 4)
    else:
        with pytest.raises(WrongState) as refused:
            COMMANDS[command](before)
        assert refused.value.members["state"] == state
        assert set(refused.value.members["possible"]) == EXPECTED[state].keys()


def test_an_endpoint_that_proved_itself_is_said_to_be_verified():
    before = subscription(SubscriptionState.REQUESTED)
    _, facts = verify(before)
    assert facts == [SubscriptionVerified(subscription_id=before.id, version=4, owner_id=before.owner_id)]


def test_a_ping_changes_nothing():
    before = subscription()
    assert ping(before).version == before.version


def test_the_secret_before_goes_on_signing_for_a_day_and_no_other_rotation_ends_it():
    before = subscription()
    once = rotate(before, b"second", NOW)
    assert (once.sealed_secret, once.sealed_old_secret, once.old_secret_until) == (
        b"second",
        b"sealed",
        NOW + BOTH_SECRETS_FOR,
    )
    with pytest.raises(Conflict):
        rotate(once, b"third", NOW + BOTH_SECRETS_FOR - timedelta(seconds=1))
    twice = rotate(once, b"third", NOW + BOTH_SECRETS_FOR)
    assert (twice.sealed_secret, twice.sealed_old_secret) == (b"third", b"second")


def test_a_stolen_secret_ends_at_once():
    once = rotate(subscription(), b"second", NOW)
    for before in (subscription(), once):
        ended = rotate(before, b"third", NOW, at_once=True)
        assert (ended.sealed_secret, ended.sealed_old_secret, ended.old_secret_until) == (b"third", None, None)


def test_a_warning_says_when_it_will_end():
    before = subscription()
    [fact] = warn(before, NOW)
    assert fact == SubscriptionFailing(
        subscription_id=before.id,
        version=3,
        owner_id=before.owner_id,
        failing_since=NOW,
        disabled_at=NOW + timedelta(days=5),
    )


def test_a_disabled_subscription_says_so_to_its_owner():
    before = subscription()
    disabled, facts = disable(before, 7)
    assert facts == [
        SubscriptionDisabled(
            subscription_id=before.id, version=disabled.version, owner_id=before.owner_id, failed_deliveries=7
        )
    ]


@pytest.mark.parametrize("institution_granted", [True, False])
@pytest.mark.parametrize("country_granted", [True, False])
def test_only_what_is_granted_can_be_asked_for(*, institution_granted: bool, country_granted: bool):
    other = uuid4()
    reach = Reach(
        {other: frozenset({uuid4()})} if institution_granted else {}, {"FR": frozenset()} if country_granted else {}
    )
    scope = Scope(frozenset({"FR"}), institution_ids=frozenset({other}))
    check_scope(Scope(qualification_ids=frozenset({uuid4()}), own_learners=True), Reach())
    if institution_granted and country_granted:
        check_scope(scope, reach)
    else:
        with pytest.raises(ScopeNotGranted):
            check_scope(scope, reach)


def test_an_event_type_that_does_not_exist_is_pointed_at():
    with pytest.raises(Validation) as refused:
        check_event_types(["acquis.credit.recognised.v1", "acquis.credit.eaten.v1"])
    assert [error["pointer"] for error in refused.value.members["errors"]] == ["/event_types/1"]
