"""What is written from the code: `docs/openapi/<service>.json` and `docs/configuration.md`."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from deploy.local import configuration
from deploy.local.settings import PROJECT
from deploy.routes import SERVICES
from shared import process
from shared.service import Running, Service

OPENAPI = PROJECT / "docs" / "openapi"
CONFIGURATION = PROJECT / "docs" / "configuration.md"
NOWHERE = "postgresql://nobody@127.0.0.1/nothing"


def write() -> list[Path]:
    """Write what differs and name it."""
    changed = differing()
    OPENAPI.mkdir(parents=True, exist_ok=True)
    for path in changed:
        path.write_text(_text(path))
    return changed


def differing() -> list[Path]:
    paths = [CONFIGURATION, *(OPENAPI / f"{service}.json" for service in SERVICES)]
    return [path for path in paths if not path.exists() or path.read_text() != _text(path)]


def _text(path: Path) -> str:
    return configuration.page() if path == CONFIGURATION else _openapi(path.stem)


def unopened(name: str) -> Service:
    """A service to look at: its settings lead nowhere."""
    settings = import_module(f"services.{name}.settings").Settings
    needed = {"secret_key": Fernet.generate_key().decode()} if "secret_key" in settings.model_fields else {}
    service: Service = import_module(f"services.{name}.app").service(settings(database_url=NOWHERE, **needed))
    return service


def openapi(name: str) -> dict[str, Any]:
    return process.application(Running(unopened(name)), {}).openapi()


def _openapi(name: str) -> str:
    return json.dumps(openapi(name), indent=2, ensure_ascii=False) + "\n"
