"""Everything on one machine: start it, tell the story, show what came of it, stay until Ctrl-C."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from rich.console import Console

from deploy.local import receiver
from deploy.local.demo.client import Client as ApiClient
from deploy.local.demo.client import RefusedError, until
from deploy.local.demo.inbox import Inbox
from deploy.local.demo.kept import KeptStory
from deploy.local.demo.show import show_curl, show_delivery, show_outcome
from deploy.local.demo.story import Step, Story
from deploy.local.demo.told import Told
from deploy.local.errors import LocalError
from deploy.local.everything import Everything, everything
from deploy.local.issuer import SECRET, Client, DevelopmentIssuer
from deploy.local.ports import Ports
from deploy.local.servers import Servers, embedded_servers
from deploy.local.settings import LocalSettings
from deploy.local.state import State
from deploy.local.traces import RecentSpans
from shared import process, telemetry
from shared.auth import Authenticator
from shared.jwks import IssuerKeys
from shared.settings import PlatformSettings
from shared.topics import create_topics

PARTITIONS = 6


async def run_everything(*, story: bool) -> None:
    """The whole of `make run`. Raises LocalError."""
    console, begun = Console(), time.monotonic()
    settings = LocalSettings.from_environment()
    with (settings.home_made() / "acquis.log").open("a") as log:
        telemetry.set_up_logging("INFO", log)
        async with embedded_servers(settings, _progress(console)) as servers:
            state = State.load(settings.home)
            async with acquis(settings, state, servers, console) as (issuer, serving):
                url = issuer.url.removesuffix("/issuer")
                console.print(f"\n[bold]Acquis is up at {url}[/] after {time.monotonic() - begun:.1f} s\n")
                if story:
                    kept = KeptStory(settings.home)
                    await tell(url, issuer, kept, console)
                    issuer.know({actor.name: Client(SECRET, actor.claims()) for actor in kept.load().cast()})
                console.print("\nEverything stays up until Ctrl-C; the data is kept. `make down` removes it.")
                await _until_something_ends(serving, servers)


def _progress(console: Console) -> Callable[[str], None]:
    """One line that changes in a terminal, a line each elsewhere."""

    def say(line: str) -> None:
        console.print(f"  {line} …", highlight=False, end="\r" if console.is_terminal else "\n")

    return say


async def demo() -> None:
    """`make demo`: the story with another learner, on what `make run` started. Raises LocalError."""
    settings = LocalSettings.from_environment()
    kept = KeptStory(settings.home)
    if not kept.is_complete():
        raise LocalError("The story has not been told yet: `make run` tells it, `make demo` then tells it again.")
    kept.save(kept.load().of_another_learner())
    url = f"http://127.0.0.1:{State.load(settings.home).ports['Acquis']}"
    await tell(url, DevelopmentIssuer(f"{url}/issuer", settings.home), kept, Console())


@asynccontextmanager
async def acquis(
    settings: LocalSettings, state: State, servers: Servers, console: Console
) -> AsyncIterator[tuple[DevelopmentIssuer, asyncio.Task[None]]]:
    """The five services on one port, answering; with the issuer of their tokens."""
    listening = Ports(state.ports, console.print).listen("Acquis", first=8080, wanted=settings.port)
    port = state.ports["Acquis"]
    state.save(settings.home)
    url, spans = f"http://127.0.0.1:{port}", RecentSpans()
    issuer = DevelopmentIssuer(f"{url}/issuer", settings.home)
    platform = PlatformSettings(kafka_bootstrap=servers.kafka_bootstrap, kafka_partitions=PARTITIONS, issuer=issuer.url)
    spans.provider = telemetry.set_up_tracing("acquis", None, spans)
    console.print("  Topics, databases and migrations …")
    await create_topics(platform)
    own: dict[str, dict[str, Any]] = {
        "agreements": {"secret_key": state.secret_key},
        "notifications": {
            "secret_key": state.secret_key,
            "allowed_targets": frozenset({f"127.0.0.1:{port}", f"{receiver.HOST}:{receiver.PORT}"}),
        },
    }
    authenticator = Authenticator(IssuerKeys(issuer.url), platform.audience)
    async with everything(servers.database_url, state.password, platform, authenticator, own=own) as services:
        for name, app in {"issuer": issuer.app, "demo": Inbox().app, "traces": spans.app}.items():
            services.app.mount(name, app)
        serving = asyncio.create_task(
            process.serve(services.app, services.loops, host="127.0.0.1", port=port, listening=listening)
        )
        try:
            await _until_ready(url, services, serving)
            yield issuer, serving
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def tell(url: str, issuer: DevelopmentIssuer, kept: KeptStory, console: Console) -> None:
    """Play what is left of the story and show what it led to."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        told = await _as_far_as_it_is_known(kept.load(), http, issuer)
        story = Story(ApiClient(http, issuer.token, told.key), f"{url}/demo/webhooks", told)
        left = story.steps_left()
        for step in left:
            with console.status(step.title):
                await _play(step)
            kept.save(story.told)
            console.print(f"  [green]✓[/] {step.title}")
        await show_outcome(story, console)
        if left:
            await show_delivery(http, story, console)
        show_curl(url, issuer, story, console)


async def _as_far_as_it_is_known(told: Told, http: httpx2.AsyncClient, issuer: DevelopmentIssuer) -> Told:
    """What was told, unless it was told to another database than today's."""
    if not told.steps:
        return told
    somebody = ApiClient(http, issuer.token, told.key)
    found = await somebody.find(told.council(), f"/v1/institutions/{told.institutions['mt']}")
    return told if found else Told()


async def _play(step: Step) -> None:
    try:
        await step.play()
    except (RefusedError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        raise LocalError(f"The story stops where {step.title!r}: {why} See acquis.log.") from error


async def _until_ready(url: str, services: Everything, serving: asyncio.Task[None]) -> None:
    async with httpx2.AsyncClient(base_url=url) as http:

        async def ready() -> bool:
            if serving.done():
                serving.result()
            answers = [await http.get(f"/{name}/readyz") for name in services.services]
            return all(answer.is_success for answer in answers)

        async def attempt() -> bool | None:
            with contextlib.suppress(httpx2.TransportError):
                return await ready() or None
            return None

        await until(attempt)


async def _until_something_ends(serving: asyncio.Task[None], servers: Servers) -> None:
    failing = asyncio.create_task(servers.failed())
    try:
        ended, _ = await asyncio.wait([serving, failing], return_when=asyncio.FIRST_COMPLETED)
    finally:
        failing.cancel()
    if failing in ended:
        raise failing.result()
    if error := serving.exception():
        raise LocalError(f"A service ended by itself: {error!r}. See acquis.log.") from error
