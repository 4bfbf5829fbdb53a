"""A verb of this service's own on the command line, beside those that every service has."""

from typing import cast

import typer

from services.notifications import upkeep
from services.notifications.settings import Settings
from shared import audit_log
from shared.cli import Run
from shared.service import Running


def add_verbs(app: typer.Typer, run: Run) -> None:
    @app.command()
    def reseal() -> None:
        """Encrypt webhook secrets and contacts with the first key, so that the others can be dropped."""
        run(_reseal)


async def _reseal(running: Running) -> None:
    await audit_log.note_command(running.database, "reseal")
    done = left = 0
    async for step in upkeep.reseal(running, cast("Settings", running.settings).vault):
        done, left = done + step.done, left + step.left
        typer.echo(f"{step.looked_at} looked at, {step.done} done", err=True)
    typer.echo(f"{done} secrets and contacts encrypted anew")
    if left:
        typer.echo(f"{left} were changed meanwhile or cannot be decrypted with any of the keys: run it again", err=True)
        raise typer.Exit(1)
