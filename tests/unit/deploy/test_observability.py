"""Alert rules and dashboards ask for what the services really expose; each alert has its page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from deploy.local.documents import unopened
from deploy.routes import SERVICES
from shared.contracts.registry import FACTS
from shared.telemetry import Metrics

PROJECT = Path(__file__).parents[3]
OBSERVABILITY = PROJECT / "deploy/observability"
ALERT_PAGES = PROJECT / "docs/operations/alerts"
OBJECTIVES = PROJECT / "docs/operations/objectives.md"
PAGES = [*sorted(ALERT_PAGES.glob("*.md")), OBJECTIVES]
PROMETHEUS_ITSELF = {"up"}


def rules() -> Iterator[dict[str, Any]]:
    for file in sorted((OBSERVABILITY / "rules").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


RULES = list(rules())
ALERTS = [rule for rule in RULES if "alert" in rule]
DASHBOARDS = sorted((OBSERVABILITY / "grafana/dashboards").glob("*.json"))


def expressions() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule.get("alert") or rule["record"], rule["expr"]
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            yield from ((panel["title"], target["expr"]) for target in panel.get("targets", []))


def exposed() -> set[str]:
    """Every series name of a service, with the labels' help of the library: metrics that nobody has used yet, too."""
    text = generate_latest(Metrics("any").registry).decode()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    histograms = {f"{name}_{part}" for name, kind in kinds.items() if kind == "histogram" for part in PARTS}
    return {name for name, kind in kinds.items() if kind != "histogram"} | histograms


PARTS = ("bucket", "count", "sum")
RECORDED = {rule["record"] for rule in RULES if "record" in rule}


def metrics_in(expression: str) -> set[str]:
    without_values = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\bservice:[a-z_]+:[a-z0-9_]+|\bacquis_[a-z_]+|\bup\b", without_values))


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_only_what_exists_is_asked_for(where, expression):
    names = metrics_in(expression)
    assert names, where
    assert names <= exposed() | RECORDED | PROMETHEUS_ITSELF


def test_only_facts_that_are_said_are_asked_for():
    asked = [found for _, expression in expressions() for found in re.findall(r'\btype=~?"([^"]*)"', expression)]
    patterns = [pattern.replace("\\\\", "\\") for pattern in asked]
    assert patterns
    assert all(any(re.fullmatch(pattern, type_) for type_ in FACTS) for pattern in patterns)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_name_only_what_exists(page):
    families = {name.removesuffix("_bucket") for name in exposed()}
    roles = {f"acquis_{service}" for service in SERVICES}
    assert metrics_in(page.read_text()) <= exposed() | families | roles | RECORDED | PROMETHEUS_ITSELF


def test_a_service_without_errors_meets_its_objective():
    """A series of errors begins with the first one: what is divided by all answers must not be missing until then."""
    divided = [expression for _, expression in expressions() if 'status=~"5.."' in expression]
    assert divided
    assert all(" or " in expression for expression in divided)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_says_how_bad_it_is_and_leads_to_its_page(alert):
    assert alert["labels"]["severity"] in {"critical", "warning"}
    page = PROJECT / alert["annotations"]["runbook"]
    assert page == ALERT_PAGES / f"{alert['alert']}.md"
    for heading in ("# " + alert["alert"], "## What it means", "## What to do"):
        assert heading in page.read_text()


def test_every_page_has_its_alert():
    assert {page.stem for page in ALERT_PAGES.glob("*.md")} == {alert["alert"] for alert in ALERTS}


def test_every_alert_has_a_unit_test_for_promtool():
    tests = yaml.safe_load((OBSERVABILITY / "rules_test.yaml").read_text())["tests"]
    tried = {case["alertname"] for test in tests for case in test.get("alert_rule_test", []) if case["exp_alerts"]}
    assert tried == {alert["alert"] for alert in ALERTS}


def test_the_page_of_objectives_shows_the_recorded_ratios():
    assert {name for name in RECORDED if name in OBJECTIVES.read_text()} == RECORDED


def test_prometheus_scrapes_every_process_of_compose():
    composed = yaml.safe_load((PROJECT / "deploy/compose.yaml").read_text())["services"]
    serving = {name for name in composed if re.fullmatch(r"[a-z]+-(api|consume|relay|work)", name)}
    scraped = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())["scrape_configs"][0]["static_configs"]
    assert set(scraped[0]["targets"]) == {f"{name}:8000" for name in serving}


def test_compose_runs_every_verb_that_has_something_to_do():
    composed = yaml.safe_load((PROJECT / "deploy/compose.yaml").read_text())["services"]
    for service in SERVICES:
        verbs = {"api", "relay", "work", "migrate"} | ({"consume"} if unopened(service).subscriptions else set())
        assert {name.split("-")[1] for name in composed if name.startswith(f"{service}-")} == verbs
