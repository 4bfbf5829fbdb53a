"""The files that put Acquis onto one machine with Docker."""

import re
import stat
from pathlib import Path

import yaml
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.docker.environment import environment, write
from deploy.routes import ROUTES
from services.notifications.settings import Settings

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
DOCKERFILE = (DEPLOY / "docker/Dockerfile").read_text()
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("${ACQUIS_IMAGE")}


def test_the_ingress_has_the_path_table():
    caddyfile = (DEPLOY / "docker/Caddyfile").read_text()
    patterns = dict(re.findall(r"@(\w+) path_regexp \^/v1/\(([^)]+)\)", caddyfile))
    assert {service: tuple(paths.split("|")) for service, paths in patterns.items()} == ROUTES
    for service in ROUTES:
        assert f"handle @{service} {{\n\t\treverse_proxy {service}-api:8000" in caddyfile
        assert f"/{service}/pages/*\n\thandle @{service}-pages {{\n\t\turi strip_prefix /{service}\n" in caddyfile


def test_our_processes_can_write_nowhere_and_gain_nothing():
    assert OURS
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_a_migration_knows_the_owner_of_the_tables():
    knowing = {
        name for name, service in OURS.items() if any("OWNER" in variable for variable in service["environment"])
    }
    assert knowing == {f"{service}-migrate" for service in ROUTES}


def test_a_process_knows_no_other_services_secrets():
    for name, service in OURS.items():
        of_others = [other.upper() for other in ROUTES if not name.startswith(other)]
        assert not [variable for variable in service["environment"] if variable.split("_")[0] in of_others]


def test_notices_can_be_sent_and_lead_back(monkeypatch):
    given = OURS["notifications-work"]["environment"]
    of_mail = {f"NOTIFICATIONS_{name}".upper() for name in Settings.model_fields if "smtp" in name or "mail" in name}
    assert of_mail - given.keys() == {"NOTIFICATIONS_SMTP_CA"}  # a file
    assert given["ACQUIS_PUBLIC_URL"]
    for name in of_mail & given.keys():
        assert given[name] == f"${{{name}:-}}"
        monkeypatch.setenv(name, "")
    key = SecretStr(environment()["NOTIFICATIONS_SECRET_KEY"])
    assert Settings(database_url=SecretStr("postgresql://"), secret_key=key).smtp_host is None


def test_spans_are_sent_only_where_something_takes_them():
    collector = OURS["catalogue-api"]["environment"]["ACQUIS_OTLP_ENDPOINT"]
    assert collector == "${COMPOSE_PROFILES:+http://otel-collector:4318/v1/traces}"
    assert SERVICES["otel-collector"]["profiles"] == ["watch"]


def test_every_image_is_pinned_and_from_where_it_is_made():
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    assert all(re.search(r":v?\d", image) for image in images)
    assert re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim-bookworm"]


def test_all_that_is_reached_from_the_machine_is_reached_from_it_alone():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_roles_of_the_database_may_sign_in_and_nothing_else():
    made = re.findall(r"CREATE ROLE .*", (DEPLOY / "docker/databases.sh").read_text())
    assert made == [f"CREATE ROLE :\"{role}\" LOGIN PASSWORD :'password';" for role in ("owner", "role")]


def test_the_image_does_not_run_as_root():
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]


def test_secrets_cover_what_compose_demands_and_are_kept(tmp_path):
    assert set(re.findall(r"\$\{(\w+):\?\}", COMPOSE)) == set(environment())
    Fernet(environment()["AGREEMENTS_SECRET_KEY"])
    file = tmp_path / "home" / "compose.env"
    assert write(file)
    written = file.read_text()
    assert not write(file)
    assert file.read_text() == written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
