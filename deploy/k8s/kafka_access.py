"""Who may do what at the broker: least rights, read off what each service says and hears."""

from importlib import import_module
from typing import Any

from deploy.routes import SERVICES
from shared.contracts import public
from shared.contracts.registry import FACTS, TOPICS

CLUSTER = {"strimzi.io/cluster": "acquis"}
PARTITIONS, REPLICAS = 12, 3
WATCHER = "lag"
"""The user with which KEDA looks at how far consumers are."""


def says(service: str) -> set[str]:
    """The topics of the facts that its part of the published language declares."""
    declared = [fact for fact in FACTS.values() if fact.__module__.split(".")[2] == service]
    also = {public.TOPIC} if service == public.PRODUCER else set()
    return {fact.DECLARED.topic for fact in declared} | also


def hears(service: str) -> set[str]:
    """The topics that the service's subscriptions travel on."""
    try:
        subscriptions = import_module(f"services.{service}.consumer").SUBSCRIPTIONS
    except ModuleNotFoundError:
        return set()
    return {FACTS[type_].DECLARED.topic for type_ in subscriptions}


def topics() -> list[dict[str, Any]]:
    return [_topic(name) for name in TOPICS]


def users() -> list[dict[str, Any]]:
    return [*(_user(f"acquis-{service}", _acls(service)) for service in SERVICES), _user(WATCHER, _watching())]


def _topic(name: str) -> dict[str, Any]:
    """Facts are kept without end (shared.topics)."""
    config = {"retention.ms": -1, "cleanup.policy": "delete", "min.insync.replicas": 2}
    spec = {"partitions": PARTITIONS, "replicas": REPLICAS, "config": config}
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": name, "labels": CLUSTER},
        "spec": spec,
    }


def _user(name: str, acls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": CLUSTER},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": acls},
        },
    }


def _acls(service: str) -> list[dict[str, Any]]:
    said = [_acl("topic", topic, "Describe", "Write") for topic in sorted(says(service))]
    heard = [_acl("topic", topic, "Describe", "Read") for topic in sorted(hears(service))]
    return [*said, *heard, *([_acl("group", f"acquis-{service}", "Describe", "Read")] if heard else [])]


def _watching() -> list[dict[str, Any]]:
    groups = [_acl("group", f"acquis-{service}", "Describe") for service in SERVICES if hears(service)]
    return [*(_acl("topic", topic, "Describe") for topic in TOPICS), *groups]


def _acl(kind: str, name: str, *operations: str) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": list(operations)}
