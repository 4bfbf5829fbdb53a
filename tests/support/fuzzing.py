"""Sends a service what its OpenAPI document allows and what it forbids, and finds where the two disagree.

It runs in a process of its own, beside the services: `fuzz` takes and returns plain values.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any, get_args

import requests
import schemathesis
from pydantic_core.core_schema import ErrorType
from schemathesis import AuthContext, BaseSchema, Case, CheckContext, HookContext, Response, engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.meta import TestPhase

from shared.garbage import collect_rarely

LARGE_BODIES = (
    "POST /v1/memoranda",
    "PUT /v1/memoranda/{memorandum_id}",
    "POST /v1/memoranda/{memorandum_id}/amendments",
    "POST /v1/memoranda/{memorandum_id}/counter-proposals",
    "POST /v1/learning-agreements",
    "PUT /v1/learning-agreements/{learning_agreement_id}",
    "POST /v1/learning-agreements/{learning_agreement_id}/changes",
    "POST /v1/assessments/results",
    "POST /v1/qualifications",
    "PUT /v1/qualifications/{qualification_id}",
)
"""To make up all that is at the edge of what they allow takes longer than everything else: `make fuzz` does."""
CONFIGURATION: dict[str, Any] = {
    "seed": 2009,
    "continue-on-failure": True,
    "generation": {"max-examples": 6, "deterministic": True, "no-shrink": True, "database": "none"},
    "phases": {"stateful": {"max-steps": 6, "generation": {"max-examples": 2}}},
    "checks": {
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "415", "422", "428", "429"]},
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428", "429"]
        },
        "positive_data_acceptance": {"enabled": False},  # rules refuse much that is well-formed: see below
        "ignored_auth": {"enabled": False},  # test_bad_requests.py tries every operation
    },
}
NO_COVERAGE = {"coverage": {"enabled": False}}
CURRENT = '"1"'
"""An entity tag in whose place the current one is sent."""
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
def refused_for_a_documented_reason(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the document allows may break a rule, but its shape is never what is wrong."""
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        # A chain takes for an id whatever ends a path in an answer before: /v1/assessments/results in the audit log.
        guessed = case.path_parameters if case.meta.phase.name is TestPhase.STATEFUL else {}
        errors = response.json().get("errors", ())
        codes = {error["code"] for error in errors if error["pointer"] not in guessed}
        assert not codes & ERRORS_OF_SHAPE, response.text


def fuzz(url: str, service: str, tokens: Sequence[str], ids: Mapping[str, str], *, thorough: bool) -> Findings:
    """Examples, coverage, fuzzing and chains of requests, each time the same ones, on a service at `url`.

    `ids` are of resources that exist, by the names of parameters and members. `thorough`: large bodies, too.
    """
    collect_rarely()
    spared = [] if thorough else [{"include-name": name, "phases": NO_COVERAGE} for name in LARGE_BODIES]
    configuration = SchemathesisConfig.from_dict({**CONFIGURATION, **_often(ids), "operations": spared})
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


def _often(ids: Mapping[str, str]) -> dict[str, Any]:
    """So that more than the search for the resource and the check of its version is reached."""
    places = {f"{place}.{name}": name for name in ids for place in ("path", "body")} | {"header.If-Match": "If-Match"}
    return {
        "dictionaries": {name: {"values": [value]} for name, value in {**ids, "If-Match": CURRENT}.items()},
        "parameters": {place: {"dictionary": name, "probability": 0.7} for place, name in places.items()},
    }


@schemathesis.hook("before_call")
def read_it_first(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001 - their names
    if case.headers.get("If-Match") == CURRENT:
        resource = "/".join(case.formatted_path.split("/")[:4])
        answer = requests.get(f"{case.operation.base_url}{resource}", headers=dict(case.headers), timeout=30)
        case.headers["If-Match"] = answer.headers.get("ETag", CURRENT)


def let_call(schema: BaseSchema, tokens: Sequence[str]) -> None:
    """One after the other makes the next request to an operation: each is tried by everybody, in whatever order."""
    turns: dict[str, Iterator[str]] = defaultdict(partial(cycle, tokens))

    @schema.auth(refresh_interval=None)
    class Callers:
        def get(self, case: Case[Any], _context: AuthContext) -> str:
            return next(turns[case.operation.label])

        def set(self, case: Case[Any], token: str, _context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {token}"


def note(scenario: ScenarioRecorder, found: Findings) -> None:
    for case_id, interaction in scenario.interactions.items():
        if interaction.response:
            operation = scenario.cases[case_id].value.operation.label
            found.answered.setdefault(operation, set()).add(interaction.response.status_code)
    for case_id, checks in scenario.checks.items():
        answer = scenario.interactions[case_id].response
        for check in checks:
            if failed := check.failure_info:
                said = f"{failed.failure}\n{failed.code_sample}\n{answer.text if answer else ''}"
                found.violations.setdefault(f"{check.name}: {scenario.cases[case_id].value.operation.label}", said)
