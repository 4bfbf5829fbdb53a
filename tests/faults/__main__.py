"""`make faults`, or with options `python -m tests.faults --help`."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.launcher import remove
from deploy.local.terminal import run
from shared import telemetry
from tests.faults import disks, menu
from tests.faults.disks import small_disks
from tests.faults.run import Outcome, survive
from tests.faults.table import table
from tests.support.staging import settings_of_stage, stage_on

INTERRUPTED = 130
SERVICES = {
    "agreements": ("api", "consume", "relay", "work"),
    "assessment": ("api", "consume", "relay", "work"),
    "recognition": ("api", "consume", "relay", "work"),
    "notifications": ("api", "consume", "relay", "work"),
}
"""What runs in processes of its own: every kind, of each service that a learner has to do with."""


def main(
    faults: Annotated[int, typer.Option(min=1, help="How many.")] = 200,
    seed: Annotated[int, typer.Option(help="The same one means the same faults in the same order.")] = 1,
    learners: Annotated[int, typer.Option(min=1, help="On their way at any time.")] = 4,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="One of each kind, and no more.")] = False,
) -> None:
    """Break all that many learners depend on, one thing after the other, and see that nothing is lost or doubled.

    Exit status 0 if every fault was survived and everything is right in the end, 1 if not. Ctrl-C: no more faults.
    """
    run(break_everything(None if quick else faults, seed, learners))
    raise typer.Exit(INTERRUPTED)  # it says by itself how it ended, if it did


async def break_everything(number: int | None, seed: int, learners: int) -> None:
    settings, logs = settings_of_stage(), Path(tempfile.mkdtemp(prefix="acquis-faults-"))
    telemetry.set_up_logging("WARNING", (logs / "here.log").open("a"))
    apart = [(service, verb) for service, verbs in SERVICES.items() for verb in verbs]
    typer.echo(f"Seed {seed}. What the processes log is in {logs}.")
    with small_disks(settings.home) as small:
        async with stage_on(settings, logs, apart) as stage:
            await disks.prepare(stage)
            possible = menu.everything(stage, small)
            tried = takewhile(_until_told_to_stop(), menu.chosen(possible, number, seed))
            outcome = await survive(stage, possible, tried, learners, typer.echo)
    remove(settings.home)
    Console().print(table(outcome, possible))
    sys.exit(conclude(outcome))


def _until_told_to_stop() -> Callable[[object], bool]:
    """Ctrl-C means no more faults; what was tried until then is checked."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, told.set)
    return lambda _: not told.is_set()


def conclude(outcome: Outcome) -> int:
    for trouble in (*outcome.troubles, *(wrong.what for wrong in outcome.wrongs)):
        typer.secho(trouble, fg="red")
    if outcome.troubles or outcome.wrongs:
        typer.echo(f"{outcome.survived} of {len(outcome.struck)} faults survived.")
        return 1
    typer.echo(f"{outcome.survived} faults survived, {outcome.learners} learners: nothing lost, nothing doubled.")
    return 0


if __name__ == "__main__":
    typer.run(main)
