"""The figures beside each other, with the goals that the project has set itself: only the ratios count."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from tests.bench.fan_out import FanOut
from tests.bench.ledgers import FEW, Ledgers
from tests.bench.repetition import Measured, Repetition

GOALS_AT = 20
"""The rate, in transcripts a second, for which there are goals."""
POSTS_AT_LEAST = 0.8
"""Of what a bare loop of posts reaches."""
LEDGERS_AT_MOST = 1.3
"""How much longer evaluation may take when the ledger is full."""


@dataclass(frozen=True)
class Figure:
    name: str
    acquis: Callable[[Repetition], float]
    bare: Callable[[Repetition], float]
    at_most: float | None = None
    at_least: float | None = None
    digits: int = 1

    def row(self, repetitions: Sequence[Repetition]) -> list[str]:
        acquis, bare = [self.acquis(one) for one in repetitions], [self.bare(one) for one in repetitions]
        ratio = statistics.median(ours / theirs for ours, theirs in zip(acquis, bare, strict=True))
        values = [f"{statistics.median(side):,.{self.digits}f}" for side in (acquis, bare)]
        return [self.name, *values, f"{ratio:.2f}x", *_judged(ratio, self.at_most, self.at_least)]


def table(repetitions: Sequence[Repetition]) -> Table:
    shown = Table(title=f"Medians of {len(repetitions)}", title_justify="left")
    shown.add_column("figure")
    for column in ("Acquis", "bare", "ratio", "goal", "reached"):
        shown.add_column(column, justify="right")
    for figure in _figures(list(repetitions[0].acquis.latencies)):
        shown.add_row(*figure.row(repetitions))
    return shown


def by_ledger(ledgers: Ledgers) -> Table:
    """What evaluation takes beside itself, when the ledger holds next to nothing."""
    shown = Table(title="Evaluation of transcripts of 3 units, ms each", title_justify="left")
    for column in (f"{ledgers.credits:,} credits", f"{FEW:,} credits", "ratio", "goal", "reached"):
        shown.add_column(column, justify="right")
    ratio = ledgers.full / ledgers.nearly_empty
    shown.add_row(
        f"{ledgers.full:.2f}", f"{ledgers.nearly_empty:.2f}", f"{ratio:.2f}x", *_judged(ratio, LEDGERS_AT_MOST)
    )
    return shown


def by_fan_out(measured: Sequence[FanOut]) -> Table:
    """Deliveries beside bare loops of the same posts, by two clients, and how the worker's memory grows meanwhile."""
    shown = Table(title="Fan-out: deliveries a second", title_justify="left")
    for column in (
        "events",
        "subscriptions",
        "Acquis",
        "bare loop",
        "goal",
        "reached",
        "httpx2 loop",
        "longest pause",
        "memory",
    ):
        shown.add_column(column, justify="right")
    for one in measured:
        shown.add_row(
            *(f"{number:,}" for number in (one.events, one.subscriptions)),
            f"{one.acquis:,.0f}",
            f"{one.ratio:.2f}x",
            *_judged(one.ratio, at_least=POSTS_AT_LEAST),
            f"{one.httpx2_ratio:.2f}x",
            f"{one.longest_pause * 1000:,.0f} ms",
            f"{one.late / 1e6:,.0f} MB, {one.growth:.2f}x",
        )
    return shown


def proofs(repetitions: Sequence[Repetition]) -> Table:
    """Whether each credit exists exactly once, on Acquis's side; of the last repetition if all is well."""
    proof = next((one.acquis.proof for one in repetitions if not one.acquis.proof.holds), repetitions[-1].acquis.proof)
    shown = Table(title="Each credit exactly once" if proof.holds else "[red]Not each credit exactly once[/]")
    numbers = {
        "transcripts said": proof.said,
        "ledger entries": proof.counts.ledger_entries,
        "credits": proof.counts.credits,
        "of distinct transcripts": proof.counts.transcripts,
        "published": proof.counts.published,
        "webhooks": proof.webhooks,
        "doubled": proof.doubled,
    }
    for column in numbers:
        shown.add_column(column, justify="right")
    shown.add_row(*(f"{number:,}" for number in numbers.values()))
    return shown


def _figures(rates: Sequence[int]) -> list[Figure]:
    return [
        *(figure for rate in rates for figure in _of_latency(rate)),
        _both("backlog: credits published a second", lambda one: one.backlog.published, at_least=0.33, digits=0),
        _both("backlog: CPU s per thousand", lambda one: one.backlog.cpu, at_most=3, digits=2),
        _both("webhooks a second", lambda one: one.webhooks, digits=0),
        Figure(
            "webhooks a second, beside a bare loop of posts",
            lambda one: one.acquis.webhooks,
            lambda one: one.bare_posts,
            at_least=POSTS_AT_LEAST,
            digits=0,
        ),
        _both("outbox hop p50, ms", lambda one: one.outbox_hop, at_most=1.5),
        _both("outbox drain, rows a second", lambda one: one.outbox_drain, at_least=0.6, digits=0),
    ]


def _of_latency(rate: int) -> list[Figure]:
    p50, p99, cpu = (2.0, 2.5, 2.0) if rate == GOALS_AT else (None, None, None)
    return [
        _both(f"transcript → webhook p50 at {rate}/s, ms", lambda one: one.latencies[rate].p50, at_most=p50),
        _both(f"transcript → webhook p99 at {rate}/s, ms", lambda one: one.latencies[rate].p99, at_most=p99),
        _both(f"CPU s per thousand at {rate}/s", lambda one: one.latencies[rate].cpu, at_most=cpu, digits=2),
    ]


def _both(name: str, of: Callable[[Measured], float], **goal: Any) -> Figure:
    return Figure(name, lambda one: of(one.acquis), lambda one: of(one.bare), **goal)


def _judged(ratio: float, at_most: float | None = None, at_least: float | None = None) -> list[str]:
    if at_most is not None:
        return [f"≤ {at_most}x", _word(reached=ratio <= at_most)]
    if at_least is not None:
        return [f"≥ {at_least}x", _word(reached=ratio >= at_least)]
    return ["", ""]


def _word(*, reached: bool) -> str:
    return "[green]yes[/]" if reached else "[red]no[/]"
