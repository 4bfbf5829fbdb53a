"""The manifests that are written from the code, so that they cannot differ from it: `python -m deploy.k8s.written`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
import yaml

from deploy.k8s import kafka_access
from deploy.routes import ROUTES

HERE = Path(__file__).parent
RULES = HERE.parent / "observability" / "rules"
NOTE = "# Written by `python -m deploy.k8s.written`; a test compares.\n"


HOST = "acquis.example"
USUAL = {
    "nginx.ingress.kubernetes.io/enable-access-log": "false",  # paths hold the secrets of signing links
    "nginx.ingress.kubernetes.io/proxy-body-size": "2m",
}


def ingress() -> dict[str, Any]:
    """The paths of deploy/routes.py."""
    paths = [
        _path(service, f"/v1/{resource}", "Prefix") for service, resources in ROUTES.items() for resource in resources
    ]
    return _ingress("acquis", USUAL, paths)


def pages() -> dict[str, Any]:
    """What each service shows people and programs about itself, under its own name."""
    rewritten = {"nginx.ingress.kubernetes.io/use-regex": "true", "nginx.ingress.kubernetes.io/rewrite-target": "/$1"}
    own = r"((?:openapi|asyncapi)\.json|pages/.*)"
    paths = [_path(service, f"/{service}/{own}", "ImplementationSpecific") for service in ROUTES]
    return _ingress("acquis-pages", USUAL | rewritten, paths)


def _path(service: str, path: str, kind: str) -> dict[str, Any]:
    backend = {"service": {"name": f"{service}-api", "port": {"name": "http"}}}
    return {"path": path, "pathType": kind, "backend": backend}


def _ingress(name: str, annotations: dict[str, str], paths: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": [HOST], "secretName": "acquis-tls"}],
            "rules": [{"host": HOST, "http": {"paths": paths}}],
        },
    }


def alert_rules() -> dict[str, Any]:
    """Those of deploy/observability, as Prometheus Operator takes them."""
    files = sorted(RULES.glob("*.yaml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "acquis"},
        "spec": {"groups": groups},
    }


def manifests() -> Mapping[Path, Iterable[dict[str, Any]]]:
    return {
        HERE / "base/ingress.yaml": [ingress(), pages()],
        HERE / "components/monitoring/rules.yaml": [alert_rules()],
        HERE / "components/strimzi/topics.yaml": kafka_access.topics(),
        HERE / "components/strimzi/users.yaml": kafka_access.users(),
    }


def text(documents: Iterable[dict[str, Any]]) -> str:
    return NOTE + str(yaml.dump_all(documents, Dumper=Plain, sort_keys=False, width=120))


class Plain(yaml.SafeDumper):  # type: ignore[misc]  # publishes no types
    """Writes everything out instead of pointing at what it wrote before."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as the library calls it
        return True


def main() -> None:
    """Write ingress, alert rules, topics and users of the broker anew."""
    for path, documents in manifests().items():
        path.write_text(text(documents))


if __name__ == "__main__":
    typer.run(main)
