"""`make run`, `make demo`, `make down`: Acquis on one machine with nothing installed."""

from typing import Annotated

import typer

from deploy.local import documents
from deploy.local.down import take_down
from deploy.local.run import demo, run_everything
from deploy.local.settings import LocalSettings
from deploy.local.terminal import run

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.command(name="run")
def run_(
    *,
    story: Annotated[bool, typer.Option(help="Load the demo world and play the story.")] = True,
) -> None:
    """Start Kafka, PostgreSQL and the five services, show the main job, and stay until Ctrl-C."""
    run(run_everything(story=story))


@app.command(name="demo")
def demo_() -> None:
    """Play the story once more, with another learner, on what `run` started."""
    run(demo())


@app.command()
def down() -> None:
    """Stop what `run` started and delete all it made, data included."""
    run(_down())


@app.command(name="documents")
def documents_(
    *, check: Annotated[bool, typer.Option(help="Write nothing; fail if a document is not as the code is.")] = False
) -> None:
    """Write docs/openapi/<service>.json and docs/configuration.md anew from the code."""
    changed = documents.differing() if check else documents.write()
    for path in changed:
        typer.echo(f"{'differs' if check else 'written'}: {path}")
    if check and changed:
        raise typer.Exit(1)


async def _down() -> None:
    settings = LocalSettings.from_environment()
    await take_down(settings)
    typer.echo(f"Removed what was made in {settings.home}.")


if __name__ == "__main__":
    app()
