"""The manifests as they stand in the files. `make manifests` builds the overlays and holds them against the schemas."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.k8s import kafka_access, written
from deploy.local.documents import unopened
from deploy.routes import SERVICES
from shared.contracts.registry import FACTS, TOPICS

K8S = Path(written.__file__).parent
PATCHES = {"no-topics-job.yaml"}


def documents() -> Iterator[dict[str, Any]]:
    for file in sorted(K8S.rglob("*.yaml")):
        if file.name != "kustomization.yaml" and file.name not in PATCHES:
            yield from yaml.safe_load_all(file.read_text())


ALL = list(documents())
PODS = {
    f"{one['kind']} {one['metadata']['name']}": one["spec"]["template"]["spec"]
    for one in ALL
    if one["kind"] in {"Deployment", "Job"}
}
BY_NAME = {(one["kind"], one["metadata"]["name"]): one for one in ALL}
SERVING = [one for one in ALL if one["kind"] == "Deployment"]


@pytest.fixture(params=PODS)
def pod(request):
    return PODS[request.param]


def test_nothing_runs_as_root_or_with_more_rights_than_none(pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_nothing_gets_a_token_of_the_cluster(pod):
    assert pod["automountServiceAccountToken"] is False
    assert not any(volume.get("hostPath") for volume in pod.get("volumes", []))


def test_whoever_runs_under_an_account_of_ours_gets_no_token_by_it():
    assert BY_NAME["ServiceAccount", "account"]["automountServiceAccountToken"] is False


def test_the_cluster_itself_refuses_what_is_not_restricted():
    labels = BY_NAME["Namespace", "acquis"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_everything_says_what_it_needs_and_at_most_takes(pod):
    for container in pod["containers"]:
        for bound in "requests", "limits":
            assert set(container["resources"][bound]) == {"cpu", "memory"}


@pytest.mark.parametrize("deployment", SERVING, ids=lambda one: one["metadata"]["name"])
def test_a_process_is_ready_while_it_lives_and_starts_only_when_all_is_there(deployment):
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert paths == {"startup": "/readyz", "readiness": "/healthz", "liveness": "/healthz"}
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_every_verb_has_a_budget_for_disruptions():
    budgets = {one["metadata"]["name"] for one in ALL if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {one["metadata"]["name"] for one in SERVING} == {"api", "consume", "relay", "work"}


def test_what_answers_requests_is_scaled_by_its_load_and_never_alone():
    [scaled] = [one["spec"] for one in ALL if one["kind"] == "HorizontalPodAutoscaler"]
    assert scaled["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert scaled["minReplicas"] == 2
    assert scaled["maxReplicas"] > scaled["minReplicas"]


def test_every_job_can_be_run_before_the_rest_and_ends_by_itself():
    jobs = [one for one in ALL if one["kind"] == "Job"]
    assert {one["metadata"]["name"] for one in jobs} == {"migrate", "topics"}
    for job in jobs:
        assert job["metadata"]["labels"]["acquis.example/phase"] == "before"
        assert job["spec"]["activeDeadlineSeconds"]


def test_every_secret_of_a_service_comes_by_reference():
    wanted = {f"{service}{kind}" for service in SERVICES for kind in ("", "-owner")}
    given = [one for one in ALL if one["kind"] == "ExternalSecret"]
    assert {one["spec"]["target"]["name"] for one in given} == wanted
    assert {source["extract"]["key"] for one in given for source in one["spec"]["dataFrom"]} == {
        f"acquis/{name}" for name in wanted
    }
    assert not [one for one in ALL if one["kind"] == "Secret"]


def test_the_database_is_backed_up_all_the_time_and_every_night():
    cluster = next(
        one["spec"] for one in ALL if one["apiVersion"].startswith("postgresql.") and one["kind"] == "Cluster"
    )
    [archiver] = cluster["plugins"]
    assert archiver["isWALArchiver"] is True
    assert BY_NAME["ObjectStore", archiver["parameters"]["barmanObjectName"]]["spec"]["retentionPolicy"] == "30d"
    backup = BY_NAME["ScheduledBackup", "acquis"]["spec"]
    assert backup["pluginConfiguration"]["name"] == archiver["name"]
    assert backup["schedule"].split()[3:] == ["*", "*", "*"]
    assert {one["spec"]["name"] for one in ALL if one["kind"] == "Database"} == {f"acquis_{name}" for name in SERVICES}


def test_every_image_has_a_version():
    tags = [image["newTag"] for file in K8S.rglob("kustomization.yaml") for image in images(file)]
    assert tags
    assert "latest" not in tags


def images(file: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load(file.read_text()).get("images", [])
    return found


def test_every_file_is_part_of_something():
    for file in K8S.rglob("kustomization.yaml"):
        stated = yaml.safe_load(file.read_text())
        patches = [patch["path"] for patch in stated.get("patches", []) if "path" in patch]
        named = {name for name in [*stated.get("resources", []), *patches] if name.endswith(".yaml")}
        assert named == {one.name for one in file.parent.glob("*.yaml")} - {"kustomization.yaml"}, file


def test_all_is_denied_that_no_policy_allows():
    [nothing] = [one["spec"] for one in ALL if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == "nothing"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_what_is_written_from_the_code_is_as_the_code_is():
    for path, wanted in written.manifests().items():
        assert path.read_text() == written.text(wanted), f"{path}: run python -m deploy.k8s.written"


def test_only_who_hears_something_has_a_consumer_and_is_scaled_by_its_lag():
    hearing = {service for service in SERVICES if unopened(service).subscriptions}
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in ALL if one["kind"] == "ScaledObject"}
    assert scaled == {f"{service}-consume" for service in hearing}
    left_out = {
        service
        for service in SERVICES
        if "name: consume" in (K8S / "services" / service / "kustomization.yaml").read_text()
    }
    assert left_out == set(SERVICES) - hearing


def allowed(user: dict[str, Any], operation: str, kind: str = "topic") -> set[str]:
    acls = user["spec"]["authorization"]["acls"]
    return {
        acl["resource"]["name"] for acl in acls if operation in acl["operations"] and acl["resource"]["type"] == kind
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_it_hears_and_writes_what_it_says(service):
    [user] = [one for one in kafka_access.users() if one["metadata"]["name"] == f"acquis-{service}"]
    assert allowed(user, "Read") == set(unopened(service).topics)
    assert allowed(user, "Read", "group") == ({f"acquis-{service}"} if unopened(service).topics else set())
    assert all(acl["resource"]["patternType"] == "literal" for acl in user["spec"]["authorization"]["acls"])


def test_every_topic_has_exactly_one_service_that_may_write_on_it():
    writers = [topic for user in kafka_access.users() for topic in allowed(user, "Write")]
    assert sorted(writers) == TOPICS
    assert {fact.DECLARED.topic for fact in FACTS.values()} <= set(writers)


def test_whoever_watches_the_lag_reads_no_fact():
    [watcher] = [one for one in kafka_access.users() if one["metadata"]["name"] == kafka_access.WATCHER]
    assert allowed(watcher, "Read") | allowed(watcher, "Write") == set()
    assert allowed(watcher, "Describe") == set(TOPICS)


def test_nobody_outside_gets_into_the_broker_unasked():
    files = (K8S / "components").rglob("*.yaml")
    built = [one for file in files for one in yaml.safe_load_all(file.read_text()) if one["kind"] == "KafkaUser"]
    assert {one["metadata"]["name"] for one in built} == {f"acquis-{name}" for name in SERVICES} | {
        kafka_access.WATCHER
    }
    assert not [file for file in K8S.rglob("kustomization.yaml") if "examples/" in file.read_text()]


def test_a_consumer_outside_reads_the_public_topic_alone():
    [outside] = list(yaml.safe_load_all((K8S / "examples/consumer/user.yaml").read_text()))
    assert allowed(outside, "Read") == {"acquis.public.v1"}
    assert allowed(outside, "Write") == set()


def test_the_roles_of_the_database_may_sign_in_and_nothing_else():
    [cluster] = [one for one in ALL if one["apiVersion"].startswith("postgresql.cnpg.io") and one["kind"] == "Cluster"]
    roles = cluster["spec"]["managed"]["roles"]
    assert {role["name"] for role in roles} == {f"acquis_{name}{kind}" for name in SERVICES for kind in ("", "_owner")}
    assert all(role.keys() == {"name", "login", "passwordSecret"} for role in roles)
