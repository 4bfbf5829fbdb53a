"""The command line of every service: `python -m services.<name> api | consume | relay | work | migrate | replay`."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import typer
from aiokafka.errors import CommitFailedError
from pydantic import ValidationError
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from shared import audit_log, migrations, process, replay, telemetry
from shared.clock import now
from shared.process import Loops
from shared.refusals import in_one_sentence
from shared.service import Running, Service
from shared.settings import PlatformSettings

ONE_LOOP = 3
"""Connections for a process that does one thing after the other: one for that, two for questions after its health."""
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a container listens on all its addresses
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on; also for /healthz, /readyz and /metrics.")]
Dead = Annotated[str | None, typer.Option(help="Id of a dead letter to handle again, or `all`.")]
Since = Annotated[datetime | None, typer.Option(help="Consume again from this moment (UTC) on.")]

Work = Callable[[Running], Coroutine[Any, Any, None]]
Run = Callable[[Work], None]
"""Runs something on the service, which is opened for it and closed after it."""
AddVerbs = Callable[[typer.Typer, Run], None]
"""How a service adds verbs of its own; one of a name that every service has takes its place."""


def main(build: Callable[[], Service], add_verbs: AddVerbs | None = None) -> None:
    """Run the verb that the command line names."""
    app = commands(build)
    if add_verbs:
        add_verbs(app, partial(_run, build))
    app()


def commands(build: Callable[[], Service]) -> typer.Typer:
    """The verbs, for a service that is built when one of them runs, so that `--help` needs no configuration."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help=_purpose(build))

    @app.command()
    def api(host: Host = EVERYWHERE, port: Port = 8000) -> None:
        """Answer HTTP requests."""
        stay(build, _no_loops, process.application, host, port)

    @app.command()
    def consume(host: Host = EVERYWHERE, port: Port = 8001) -> None:
        """Take in the events that the service hears, until stopped."""
        stay(build, process.consumers, process.health_only, host, port, pool=ONE_LOOP)

    @app.command()
    def relay(host: Host = EVERYWHERE, port: Port = 8002) -> None:
        """Publish the facts in the outbox, until stopped; a second relay stands by."""
        stay(build, process.relays, process.health_only, host, port, pool=ONE_LOOP)

    @app.command()
    def work(host: Host = EVERYWHERE, port: Port = 8003) -> None:
        """Do what time makes due, until stopped."""
        stay(build, process.workers, process.health_only, host, port)

    @app.command()
    def migrate() -> None:
        """Bring the database to the newest revision. Needs the owner's database URL."""
        service = _configured(build)
        with in_one_sentence():
            revision = asyncio.run(migrations.migrate(service))
        typer.echo(f"{service.name} is at revision {revision}")

    @app.command(name="replay")
    def replay_(dead: Dead = None, since: Since = None) -> None:
        """Bring facts back: dead letters (--dead ID or all), or the history (--since, while nothing consumes)."""
        _run(build, partial(bring_facts_back, dead=dead, since=since))

    return app


async def bring_facts_back(running: Running, *, dead: str | None, since: datetime | None) -> None:
    """What `replay` does everywhere."""
    if (dead is None) == (since is None):
        raise typer.BadParameter("give either --dead or --since")
    await audit_log.note_command(running.database, "replay")
    await (_rewind(running, since) if since else _bring_back(running, dead or "all"))


def _purpose(build: Callable[[], Service]) -> str:
    package = __import__(build.__module__.rpartition(".")[0], fromlist=["__doc__"])
    return str(package.__doc__)


def _configured(build: Callable[[], Service]) -> Service:
    try:
        return build()
    except ValidationError as error:
        service = build.__module__.split(".")[1]
        prefix = "ACQUIS" if error.title == PlatformSettings.__name__ else service.upper()
        for problem in error.errors():
            variable = f"{prefix}_{'_'.join(map(str, problem['loc']))}".upper()
            typer.echo(f"Set {variable} in the environment: {problem['msg']}.", err=True)
        raise typer.Exit(2) from None


def _running(build: Callable[[], Service], *, pool: int | None = None) -> Running:
    service = _configured(build)
    platform = service.settings.platform
    telemetry.set_up_logging(platform.log_level)
    telemetry.set_up_tracing(f"acquis-{service.name}", str(platform.otlp_endpoint) if platform.otlp_endpoint else None)
    return Running(service, pool=pool)


def _run(build: Callable[[], Service], work: Work) -> None:
    running = _running(build)
    with in_one_sentence():
        asyncio.run(_closing(running, work))


def _no_loops(_: Running) -> Loops:
    return {}


def stay(
    build: Callable[[], Service],
    loops: Callable[[Running], Loops],
    app: Callable[[Running, Loops], ASGIApp],
    host: str,
    port: int,
    *,
    pool: int | None = None,
) -> None:
    async def until_stopped() -> None:
        for how in signal.SIGINT, signal.SIGTERM:
            # uvicorn ends on these and then raises them again, which must not kill the loops before they have ended.
            asyncio.get_running_loop().add_signal_handler(how, lambda: None)
        running = _running(build, pool=pool)
        going = loops(running)
        try:
            await process.serve(app(running, going), going, host=host, port=port)
        finally:
            await running.close()

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # uvloop, where there is one
        runner.run(until_stopped())


async def _bring_back(running: Running, dead: str) -> None:
    back, still_dead = await replay.bring_back(running, None if dead == "all" else UUID(dead))
    typer.echo(f"{back} brought back, {still_dead} still cannot be handled")
    if still_dead:
        raise typer.Exit(1)


async def _rewind(running: Running, since: datetime) -> None:
    moment = since.replace(tzinfo=now().tzinfo)
    try:
        partitions = await replay.rewind(running, moment)
    except CommitFailedError:
        typer.echo(f"Not rewound: a consumer of {running.service.name} is still running.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{partitions} partitions set back to {moment:%Y-%m-%d %H:%M:%S} UTC")


async def _closing(running: Running, work: Work) -> None:
    try:
        await work(running)
    finally:
        await running.close()
