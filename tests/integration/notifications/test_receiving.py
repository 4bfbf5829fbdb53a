"""The code of docs/receiving-webhooks.md, run as it stands there on a message that was really delivered."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.service import Running
from tests.support.notifications import hear, review, somebody, subscribe
from tests.support.webhook_receiver import Received, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PAGE = (Path(__file__).parents[3] / "docs" / "receiving-webhooks.md").read_text()
NODE = shutil.which("node")
DRIVER = """
import { verified } from "./verified.mjs";
const { body, headers, secret } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(verified(Buffer.from(body), headers, secret)));
"""

Verify = Callable[[bytes, dict[str, str], str], Coroutine[Any, Any, Any]]


def block(language: str) -> str:
    [code] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(code)


async def in_python(body: bytes, headers: dict[str, str], secret: str) -> Any:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 - our own page
    return names["verified"](body, headers, secret)


async def in_javascript(folder: Path, body: bytes, headers: dict[str, str], secret: str) -> Any:
    (folder / "verified.mjs").write_text(block("js"))
    (folder / "driver.mjs").write_text(DRIVER)
    given = json.dumps({"body": body.decode(), "headers": headers, "secret": secret})
    assert NODE
    node = await asyncio.create_subprocess_exec(
        NODE, str(folder / "driver.mjs"), given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await node.communicate()
    assert node.returncode == 0, errors
    return json.loads(out)


@pytest.fixture(
    params=["python", pytest.param("js", marks=pytest.mark.skipif(NODE is None, reason="Node.js is not installed"))]
)
def verify(request: pytest.FixtureRequest, tmp_path: Path) -> Verify:
    async def javascript(body: bytes, headers: dict[str, str], secret: str) -> Any:
        return await in_javascript(tmp_path, body, headers, secret)

    return in_python if request.param == "python" else javascript


async def test_the_code_of_the_page_takes_what_is_ours_and_nothing_else(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer, verify: Verify
):
    home = somebody()
    _, secret = await subscribe(running, home, receiver.url, settings=settings)
    [event] = await hear(running, review(home.org))
    await deliverer.run(running)
    [came] = await receiver.wait_for(1)
    assert await verify(came.body, came.headers, secret) == json.loads(event.body)
    assert await verify(came.body + b" ", came.headers, secret) is None
    assert await verify(came.body, came.headers, "whsec_c29tZWJvZHkgZWxzZQ==") is None
    assert await verify(came.body, _without_time(came), secret) is None


def _without_time(came: Received) -> dict[str, str]:
    return came.headers | {"webhook-timestamp": "1700000000"}
