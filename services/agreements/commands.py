"""Verbs of this service's own on the command line, beside those that every service has."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, cast

import typer

from services.agreements import upkeep
from services.agreements.settings import Settings
from services.agreements.upkeep import Step
from shared import audit_log
from shared.cli import Run
from shared.service import Running

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show whom it would erase.")]


def add_verbs(app: typer.Typer, run: Run) -> None:
    @app.command()
    def purge(*, dry_run: DryRun = False) -> None:
        """Erase the learners whose data nothing asks for any more; show their pseudonyms."""
        run(partial(_purge, dry_run=dry_run))

    @app.command()
    def reseal() -> None:
        """Encrypt learners' identifiers with the first key, so that the others can be dropped."""
        run(_reseal)


async def _purge(running: Running, *, dry_run: bool) -> None:
    if not dry_run:
        await audit_log.note_command(running.database, "purge")
    done, looked_at = await _shown(upkeep.purge(running, _settings(running).retention, dry_run=dry_run))
    typer.echo(f"{done} of {looked_at} learners {'would be' if dry_run else 'were'} erased")


async def _reseal(running: Running) -> None:
    await audit_log.note_command(running.database, "reseal")
    done, looked_at = await _shown(upkeep.reseal(running, _settings(running).vault))
    typer.echo(f"{done} learners encrypted anew")
    if done < looked_at:
        typer.echo(f"{looked_at - done} cannot be decrypted with any of the keys", err=True)
        raise typer.Exit(1)


async def _shown(steps: AsyncIterator[Step]) -> tuple[int, int]:
    """How many were done of how many; pseudonyms go to standard output, progress to standard error."""
    done = looked_at = 0
    async for step in steps:
        done, looked_at = done + len(step.done), looked_at + step.looked_at
        for learner_id in step.done:
            typer.echo(learner_id)
        typer.echo(f"{looked_at} looked at, {done} done", err=True)
    return done, looked_at


def _settings(running: Running) -> Settings:
    return cast("Settings", running.settings)
