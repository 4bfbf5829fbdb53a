"""The demo story on what `deploy/compose.yaml` started, with tokens of its Keycloak."""

import asyncio
from pathlib import Path
from typing import Annotated

import httpx2
import typer
import uvicorn
from dotenv import dotenv_values
from rich.console import Console

from deploy.docker.keycloak import Keycloak
from deploy.local.demo.client import Client, until
from deploy.local.demo.inbox import Inbox
from deploy.local.demo.kept import KeptStory
from deploy.local.demo.show import RECOGNISED, WEBHOOKS, show_outcome
from deploy.local.demo.story import Story

INBOX_PORT = 8091
INBOX = f"http://host.docker.internal:{INBOX_PORT}/webhooks"
"""Where containers reach this machine; `make compose` allows webhooks to go there."""

Environment = Annotated[
    Path, typer.Argument(help="What `python -m deploy.docker.environment` wrote; the story is kept beside it.")
]
Url = Annotated[str, typer.Option(help="Of the ingress.")]
SignInUrl = Annotated[str, typer.Option(help="Of Keycloak.")]


async def play(url: str, keycloak: Keycloak, kept: KeptStory) -> None:
    """The whole story, or once more with another learner where it was played before, until its webhook arrives."""
    console = Console()
    inbox = uvicorn.Server(uvicorn.Config(Inbox().app, host="0.0.0.0", port=INBOX_PORT, log_level="warning"))  # noqa: S104 - containers come from another network
    receiving = asyncio.create_task(inbox.serve())
    try:
        async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
            told = kept.load().of_another_learner() if kept.is_complete() else kept.load()
            story = Story(Client(http, keycloak.token, told.key), INBOX, told)
            for step in story.steps_left():
                await step.play()
                kept.save(told)
                console.print(f"  [green]✓[/] {step.title}")
            await show_outcome(story, console)
            await _webhook(http, str(told.learner_id))
            console.print("The competent body was told by webhook.")
    finally:
        inbox.should_exit = True
        await receiving


async def _webhook(http: httpx2.AsyncClient, learner_id: str) -> None:
    async def arrived() -> bool | None:
        address = f"http://127.0.0.1:{INBOX_PORT}/webhooks"
        answer = await http.get(address, params={"learner_id": learner_id})
        return any(one.event["type"] == RECOGNISED for one in WEBHOOKS.validate_json(answer.content)) or None

    await until(arrived)


def main(
    environment: Environment, url: Url = "http://localhost:8080", sign_in: SignInUrl = "http://localhost:8180"
) -> None:
    """Play the demo story through the ingress, and end when its webhook has arrived here."""
    password = dotenv_values(environment)["KEYCLOAK_ADMIN_PASSWORD"]
    asyncio.run(play(url, Keycloak(sign_in, str(password)), KeptStory(environment.parent)))


if __name__ == "__main__":
    typer.run(main)
