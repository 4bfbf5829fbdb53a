"""How many connections to the database all processes may come to, counted from the files."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.k8s import written
from deploy.local.documents import unopened
from deploy.routes import SERVICES
from shared.cli import ONE_LOOP
from shared.settings import ServiceSettings

K8S = Path(written.__file__).parent
COMPOSE = yaml.safe_load((K8S.parent / "compose.yaml").read_text())["services"]
DEFAULT = ServiceSettings.model_fields["database_pool"].default
RESERVE = 50
"""For migrations, backups, replicas, whoever watches, commands of operators and the server's administrators."""
LISTENING = 1


def most_connections(service: str, verb: str, pool: int) -> int:
    """Only `api` has callers to act for; all others have connections of the system alone, and those that listen."""
    waking = {worker.wakes_on for worker in unopened(service).workers} - {None}
    return {
        "api": 2 * pool + LISTENING,  # whoever waits for the feed
        "consume": ONE_LOOP,
        "relay": ONE_LOOP + ONE_LOOP + LISTENING,  # beside those of every process those that publish
        "work": pool + len(waking),
    }[verb]


def of_kind(kind: str, *files: str) -> dict[str, Any]:
    found = [one for file in files for one in yaml.safe_load_all((K8S / file).read_text()) if one["kind"] == kind]
    return {one["metadata"]["name"]: one["spec"] for one in found}


def most_pods(service: str, verb: str) -> int:
    """With all that autoscalers may start, during a roll-out."""
    deployment = of_kind("Deployment", f"service/{verb}.yaml")[verb]
    scaled = of_kind("ScaledObject", "components/keda/consumers.yaml").get(f"{service}-{verb}", {})
    by_load = of_kind("HorizontalPodAutoscaler", f"service/{verb}.yaml").get(verb, {})
    running = scaled.get("maxReplicaCount") or by_load.get("maxReplicas") or deployment["replicas"]
    return int(running + deployment["strategy"]["rollingUpdate"]["maxSurge"])


def in_kubernetes() -> int:
    [platform] = yaml.safe_load_all((K8S / "base/platform.yaml").read_text())
    pools = {service: int(platform["data"][f"{service.upper()}_DATABASE_POOL"]) for service in SERVICES}
    return sum(
        most_pods(service, verb) * most_connections(service, verb, pools[service])
        for service, verb in itertools.product(SERVICES, ["api", "consume", "relay", "work"])
        if verb != "consume" or unopened(service).subscriptions
    )


def with_docker() -> int:
    verbs = [name.split("-") for name in COMPOSE if name.split("-")[0] in SERVICES and not name.endswith("-migrate")]
    of_keycloak: int = COMPOSE["keycloak"]["environment"]["KC_DB_POOL_MAX_SIZE"]
    return of_keycloak + sum(most_connections(service, verb, DEFAULT) for service, verb in verbs)


def test_the_database_has_a_connection_for_every_pod_that_may_be_started():
    cluster = of_kind("Cluster", "components/cloudnative-pg/cluster.yaml")["acquis"]
    assert in_kubernetes() <= int(cluster["postgresql"]["parameters"]["max_connections"]) - RESERVE


def test_the_database_has_a_connection_for_every_process_on_one_machine():
    [most] = [option for option in COMPOSE["postgres"]["command"] if option.startswith("max_connections=")]
    assert with_docker() <= int(most.partition("=")[2]) - RESERVE


@pytest.mark.parametrize("counted", [in_kubernetes, with_docker])
def test_the_page_about_sizes_says_how_many(counted):
    page = (K8S.parents[1] / "docs/operations/install.md").read_text()
    assert f"{counted()} connections" in page
