"""Sends a service what its OpenAPI document allows and what it forbids, and finds where the two disagree.

It runs in a process of its own, beside the services: `fuzz` takes and returns plain values.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import schemathesis
from pydantic_core.core_schema import ErrorType
from schemathesis import AuthContext, BaseSchema, Case, CheckContext, Response, engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder

CONFIGURATION: dict[str, Any] = {
    "seed": 2009,
    "continue-on-failure": True,
    "generation": {"max-examples": 8, "deterministic": True, "no-shrink": True, "database": "none"},
    "phases": {"stateful": {"max-steps": 6, "generation": {"max-examples": 3}}},
    # Versions that resources of the story have, so that more than the first check of a change is reached.
    "dictionaries": {"entity tags": {"values": ['"1"', '"2"', '"3"']}},
    "parameters": {"header.If-Match": {"dictionary": "entity tags", "probability": 0.8}},
    "checks": {
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "415", "422", "428"]},
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428"]
        },
        "positive_data_acceptance": {"enabled": False},  # rules refuse much that is well-formed: see below
        "ignored_auth": {"enabled": False},  # test_bad_requests.py tries every operation
    },
}
BEYOND_JSON_SCHEMA = {"date_past", "int_type", "missing"}
"""What no schema can say: what day it is today, that 1.0 is not 1; and `missing` is what a publication lacks."""
ERRORS_OF_SHAPE = set(get_args(ErrorType)) - BEYOND_JSON_SCHEMA


@dataclass(frozen=True)
class Findings:
    violations: dict[str, str] = field(default_factory=dict)
    """By check and operation: the first one, with a way to repeat it."""
    answered: dict[str, set[int]] = field(default_factory=dict)
    """The statuses that each operation was seen to answer with."""


@schemathesis.check
def refused_for_a_documented_reason(_context: CheckContext, response: Response, case: Case) -> None:
    """What the document allows may break a rule, but its shape is never what is wrong."""
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        codes = {error["code"] for error in response.json().get("errors", ())}
        assert not codes & ERRORS_OF_SHAPE, response.text


def fuzz(url: str, service: str, tokens: Sequence[str]) -> Findings:
    """Examples, coverage, fuzzing and chains of requests, each time the same ones, on a service at `url`."""
    configuration = SchemathesisConfig.from_dict(CONFIGURATION)
    schema = schemathesis.openapi.from_url(f"{url}/{service}/openapi.json", config=configuration)
    schema.config.update(base_url=url)
    let_call(schema, tokens)
    found = Findings()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            note(event.recorder, found)
        elif isinstance(event, NonFatalError | FatalError):
            found.violations[f"schemathesis: {type(event).__name__}"] = str(event)
    return found


def let_call(schema: BaseSchema, tokens: Sequence[str]) -> None:
    """Calls come now from one and now from another, always the same for the same request."""

    @schema.auth(refresh_interval=None)
    class Callers:
        def get(self, case: Case, _context: AuthContext) -> str:
            asked = repr((case.path_parameters, case.query, case.body))
            return tokens[zlib.crc32(asked.encode(errors="replace")) % len(tokens)]

        def set(self, case: Case, token: str, _context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {token}"


def note(scenario: ScenarioRecorder, found: Findings) -> None:
    for case_id, interaction in scenario.interactions.items():
        if interaction.response:
            operation = scenario.cases[case_id].value.operation.label
            found.answered.setdefault(operation, set()).add(interaction.response.status_code)
    for case_id, checks in scenario.checks.items():
        for failed in (check for check in checks if check.failure_info):
            answer = scenario.interactions[case_id].response
            said = f"{failed.failure_info.failure}\n{failed.failure_info.code_sample}\n{answer.text if answer else ''}"
            found.violations.setdefault(f"{failed.name}: {scenario.cases[case_id].value.operation.label}", said)
