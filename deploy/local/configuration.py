"""The table of all settings, read off the settings classes: `docs/configuration.md`."""

from collections.abc import Iterator
from importlib import import_module

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from deploy.local.settings import LocalSettings
from deploy.routes import SERVICES
from shared.settings import PlatformSettings, ServiceSettings

INTRODUCTION = """\
# Configuration

Everything is set in the environment; `make run` needs none of it. This page is written by `make contracts` from the
settings classes.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(
        [
            INTRODUCTION,
            *_section("All services of an installation", "ACQUIS_", PlatformSettings, set()),
            *_section("Each service, with its name for `SERVICE`", "SERVICE_", ServiceSettings, {"platform"}),
            *(line for service in SERVICES for line in _own(service)),
            *_section("Everything on one machine (`make run`)", "ACQUIS_", LocalSettings, set()),
        ]
    )


def _own(service: str) -> Iterator[str]:
    """What a service has besides what each has."""
    settings = import_module(f"services.{service}.settings").Settings
    if set(settings.model_fields) - set(ServiceSettings.model_fields):
        yield from _section(f"`{service}`", f"{service.upper()}_", settings, set(ServiceSettings.model_fields))


def _section(title: str, prefix: str, settings: type[BaseSettings], leave_out: set[str]) -> Iterator[str]:
    yield from (f"## {title}", "", "| variable | meaning | if not set |", "|---|---|---|")
    for name, field in settings.model_fields.items():
        if name not in leave_out:
            yield f"| `{prefix}{name.upper()}` | {field.description} | {_default(field)} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict) and (words := field.json_schema_extra.get("unset")):
        return str(words)
    if field.is_required():
        return "must be set"
    return f"`{field.default}`" if field.default else "nothing"
