"""`make bench`, or with options `python -m tests.bench --help`."""

import secrets
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.launcher import remove
from deploy.local.servers import embedded_servers
from deploy.local.settings import LocalSettings
from deploy.local.terminal import run
from shared import telemetry
from tests.bench.fan_out import fan_out
from tests.bench.figures import by_fan_out, by_ledger, proofs, table
from tests.bench.ledgers import evaluation
from tests.bench.repetition import Bench, Plan

CONSOLE = Console()
QUICK = Plan(rates=(20, 100), seconds=5, backlog=2_000, credits=100_000)


def main(
    rate: Annotated[list[int] | None, typer.Option(help="Transcripts a second; may be given more than once.")] = None,
    seconds: Annotated[int, typer.Option(help="How long at each rate.")] = 20,
    backlog: Annotated[int, typer.Option(help="Transcripts said at once.")] = 20_000,
    credits_: Annotated[int, typer.Option("--credits", help="In a ledger that is full.")] = 1_000_000,
    repeat: Annotated[int, typer.Option(help="Repetitions, of which the medians count.")] = 3,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A small one, about two minutes.")] = False,
) -> None:
    """Hold Acquis against a bare hand-written chain with the same commits and hops, in the same run."""
    plan = QUICK if quick else Plan(tuple(rate or QUICK.rates), seconds, backlog, credits_)
    run(bench(plan, 1 if quick else repeat))


async def bench(plan: Plan, repeat: int) -> None:
    telemetry.set_up_logging("WARNING", sys.stderr)
    settings = LocalSettings.from_environment().apart("bench")
    log = Path(tempfile.gettempdir()) / f"acquis-bench-{secrets.token_hex(3)}.log"
    async with embedded_servers(settings, CONSOLE.print) as servers:
        once = Bench(servers, plan, log, lambda line: CONSOLE.print(f"  {line}"))
        repetitions = [await once.repetition() for _ in range(repeat)]
        CONSOLE.print(f"  a ledger with {plan.credits:,} credits")
        ledgers = await evaluation(servers, plan.backlog, plan.credits)
        CONSOLE.print("  one event to many subscriptions, many events to one and to few")
        fans = ((1, 1_000), (5_000, 1), (plan.backlog // 2, 10))
        fanned_out = [await fan_out(servers, *numbers, log) for numbers in fans]
    if servers.own:
        remove(settings.home)
    log.unlink()
    CONSOLE.print(table(repetitions), by_ledger(ledgers), by_fan_out(fanned_out), proofs(repetitions))
    sys.exit(0 if all(one.acquis.proof.holds for one in repetitions) else 1)


if __name__ == "__main__":
    typer.run(main)
