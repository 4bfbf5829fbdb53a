"""What came of the story, for the person in front of the terminal."""

import re
from collections.abc import Sequence
from typing import Any

import httpx2
from pydantic import TypeAdapter
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from deploy.local.demo.client import Resource, until
from deploy.local.demo.inbox import Webhook
from deploy.local.demo.story import Story
from deploy.local.demo.told import Told
from deploy.local.issuer import SECRET, DevelopmentIssuer
from deploy.local.traces import SpanLine

RECOGNISED = "acquis.credit.recognised.v1"
WEBHOOKS = TypeAdapter(list[Webhook])
ID_OR_HASH = re.compile(r"[0-9a-f-]{36}|[0-9a-f]{64}")
LINES = TypeAdapter(list[SpanLine])


async def show_outcome(story: Story, console: Console) -> None:
    """The record, and each decision rule by rule."""
    show_record(await story.record(), story.told, console)
    for decision in sorted(await story.decisions(), key=lambda decision: len(decision["reasons"])):
        show_decision(decision, story.told, console)


async def show_delivery(http: httpx2.AsyncClient, story: Story, console: Console) -> None:
    """The webhook as it arrived, the time it took, and its trace. Only of a story that was told just now."""

    async def webhook() -> Webhook | None:
        answer = await http.get("/demo/webhooks", params={"learner_id": str(story.told.learner_id)})
        found = WEBHOOKS.validate_json(answer.content)
        return next((one for one in found if one.event["type"] == RECOGNISED), None)

    arrived = await until(webhook)
    show_webhook(arrived, story, console)
    trace_id = arrived.event["traceparent"].split("-")[1]
    show_trace(LINES.validate_json((await http.get(f"/traces/{trace_id}")).content), console)


def show_record(record: Resource, told: Told, console: Console) -> None:
    table = Table(
        "unit", "points", "mode", "how it stands", title="\nThe learner's record at home", title_justify="left"
    )
    for credit in record["credits"]:
        table.add_row(told.code_of(credit["unit_id"]), str(credit["points"]), credit["mode"], "[green]counts[/]")
    for begun in record["in_progress"]:
        needs = ", ".join(told.outcome_code(one) for one in begun["needed_outcome_ids"])
        table.add_row(told.code_of(begun["unit_id"]), "", "", f"[yellow]in progress, needs {needs}[/]")
    for review in record["reviews"]:
        table.add_row(
            told.code_of(review["unit_id"]), "", "", f"[yellow]under review: {', '.join(review['reasons'])}[/]"
        )
    console.print(table)


def show_decision(decision: Resource, told: Told, console: Console) -> None:
    title = f"\nThe decision on {told.code_of(decision['unit_id'])}, rule by rule: {decision['state']}"
    table = Table("rule", "passed", "reasons", "facts it used", title=title, title_justify="left")
    for rule in decision["trace"]:
        used = ", ".join(f"{name} {_short(value)}" for name, value in rule["used"].items())
        mark = "[green]yes[/]" if rule["passed"] else "[red]no[/]"
        table.add_row(rule["rule"], mark, ", ".join(rule["reasons"]), used)
    console.print(table)


def show_webhook(webhook: Webhook, story: Story, console: Console) -> None:
    signed = story.told.subscription is not None and webhook.is_signed_with(story.told.subscription["secret"])
    console.print("\n[bold]The webhook as the competent body received it[/]")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type"):
        console.print(f"  {name}: {webhook.headers[name]}", highlight=False)
    console.print(f"  signature {'verified' if signed else '[red]NOT verified[/]'}")
    console.print(Syntax(webhook.body, "json", word_wrap=True, background_color="default"))
    milliseconds = (webhook.arrived - story.assessing.confirmed_at) * 1_000
    console.print(f"[bold]From the examiner's confirmation to the webhook: {milliseconds:.0f} ms[/]")


def show_trace(lines: Sequence[SpanLine], console: Console) -> None:
    console.print("\n[bold]One trace, from the request to the webhook[/]")
    for line in lines:
        console.print(f"  {line.milliseconds:7.1f} ms  {'  ' * line.depth}{line.name}", highlight=False)


def show_curl(url: str, issuer: DevelopmentIssuer, story: Story, console: Console) -> None:
    """Commands to copy, each with the token of somebody."""
    learner = story.told.learner_id
    lines = {
        "the recogniser at home reads the record": (story.told.staff("mt", "recogniser"), f"/v1/records/{learner}"),
        "the learner reads the same": (story.told.learner(), f"/v1/records/{learner}"),
        "the ledger, entry by entry": (story.told.staff("mt", "recogniser"), f"/v1/ledger/{learner}"),
        "the host's examiner looks at the transcripts": (story.told.staff("it", "examiner"), "/v1/transcripts"),
        "the host's assessor lists the assessments": (story.told.staff("it", "assessor"), "/v1/assessments"),
        "the host's coordinator lists agreements": (story.told.staff("it", "coordinator"), "/v1/learning-agreements"),
        "a signatory reads the memoranda": (story.told.staff("mt", "signatory"), "/v1/memoranda"),
        "the competent body pulls its events": (story.told.council(), "/v1/events"),
        "somebody else's school gets 404": (story.told.staff("de", "recogniser"), f"/v1/records/{learner}"),
    }
    console.print("\n[bold]Try it by hand; the tokens are good for an hour[/]")
    for number, (what, (actor, path)) in enumerate(lines.items(), 1):
        console.out(f"\n# {what}", highlight=False)
        console.out(f"T{number}='{issuer.token(actor.claims())}'", highlight=False)
        console.out(f'curl -i -H "Authorization: Bearer $T{number}" {url}{path}', highlight=False)
    console.out(
        "\n# another token, later: any of the demo's actors is a client with the secret `demo`", highlight=False
    )
    grant = f"grant_type=client_credentials&client_id=recogniser-mt&client_secret={SECRET}"
    console.out(f"curl -s -d '{grant}' {issuer.url}/token", highlight=False)
    console.out(f"\nMore: {url}/<service>/openapi.json, asyncapi.json, metrics, readyz", highlight=False)


def _short(value: Any) -> str:
    """Ids and hashes by their ends, which is enough to tell them apart; anything else as it is."""
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    text = str(value)
    return f"…{text[-6:]}" if ID_OR_HASH.fullmatch(text) else text
