"""Build the overlays and examples and hold every object against its schema; needs kubectl and kubernetes-validate."""

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import typer
import yaml

HERE = Path(__file__).parent
BUILT = [*sorted(HERE.glob("overlays/*")), *sorted(HERE.glob("examples/*"))]
CUSTOM: Mapping[tuple[str, str], frozenset[str]] = {
    ("barmancloud.cnpg.io/v1", "ObjectStore"): frozenset({"configuration", "retentionPolicy"}),
    ("external-secrets.io/v1", "ExternalSecret"): frozenset(
        {"dataFrom", "refreshInterval", "secretStoreRef", "target"}
    ),
    ("kafka.strimzi.io/v1", "Kafka"): frozenset({"kafka", "entityOperator"}),
    ("kafka.strimzi.io/v1", "KafkaNodePool"): frozenset({"replicas", "resources", "roles", "storage"}),
    ("kafka.strimzi.io/v1", "KafkaTopic"): frozenset({"config", "partitions", "replicas"}),
    ("kafka.strimzi.io/v1", "KafkaUser"): frozenset({"authentication", "authorization", "quotas"}),
    ("keda.sh/v1alpha1", "ScaledObject"): frozenset(
        {"cooldownPeriod", "maxReplicaCount", "minReplicaCount", "scaleTargetRef", "triggers"}
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): frozenset({"secretTargetRef"}),
    ("monitoring.coreos.com/v1", "PodMonitor"): frozenset({"podMetricsEndpoints", "selector"}),
    ("monitoring.coreos.com/v1", "PrometheusRule"): frozenset({"groups"}),
    ("postgresql.cnpg.io/v1", "Cluster"): frozenset(
        {
            "bootstrap",
            "imageName",
            "instances",
            "managed",
            "plugins",
            "postgresql",
            "resources",
            "storage",
            "walStorage",
        }
    ),
    ("postgresql.cnpg.io/v1", "Database"): frozenset({"cluster", "databaseReclaimPolicy", "name", "owner"}),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): frozenset(
        {"cluster", "immediate", "method", "pluginConfiguration", "schedule"}
    ),
}
"""The operators' kinds that are used here, with the fields of `spec` that are; any other kind or field is a mistake."""


def build(folder: Path) -> list[dict[str, Any]]:
    """What `kubectl apply -k` would send."""
    command = ["kubectl", "kustomize", str(folder)]
    built = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command line
    return list(yaml.safe_load_all(built.stdout))


def mistakes(document: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an object, a sentence each."""
    kind = document["apiVersion"], document["kind"]
    if kind in CUSTOM:
        for field in sorted(set(document["spec"]) - CUSTOM[kind]):
            yield f"spec.{field} is not known"
        return
    try:
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        yield f"no schema of {' '.join(kind)} is known"
    except kubernetes_validate.ValidationError as error:
        yield error.message
    yield from _unpinned(document)


def _unpinned(document: dict[str, Any]) -> Iterator[str]:
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("containers", []):
        if ":" not in container["image"] or container["image"].endswith(":latest"):
            yield f"the image {container['image']} has no version"


def main() -> None:
    """Check every overlay and example; exit status 1 if anything is wrong."""
    wrong = 0
    for folder in BUILT:
        documents = build(folder)
        for document in documents:
            for mistake in mistakes(document):
                wrong += 1
                typer.echo(f"{folder.name}: {document['kind']} {document['metadata']['name']}: {mistake}")
        kinds = Counter(document["kind"] for document in documents)
        typer.echo(f"{folder.name}: {len(documents)} objects of {len(kinds)} kinds")
    raise typer.Exit(bool(wrong))


if __name__ == "__main__":
    typer.run(main)
