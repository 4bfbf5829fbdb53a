import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from deploy.local.errors import LocalError


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run for a person: Ctrl-C and SIGTERM cancel the program at any time, a LocalError becomes its one sentence."""
    try:
        asyncio.run(_until_signalled(program))
    except LocalError as error:
        sys.exit(str(error))


async def _until_signalled(program: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(program)
    for how in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        if signal.getsignal(how) is not signal.SIG_IGN:  # as under nohup
            asyncio.get_running_loop().add_signal_handler(how, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
