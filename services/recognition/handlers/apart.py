"""Work on many things at once of which one may fail: that is no fault of the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import is_transient

Thing = TypeVar("Thing")
Result = TypeVar("Result")


async def apart(
    tx: AsyncConnection,
    things: Sequence[Thing],
    work: Callable[[AsyncConnection, Sequence[Thing]], Awaitable[list[Result]]],
    set_aside: Callable[[AsyncConnection, Thing, Exception], Awaitable[None]],
) -> list[Result]:
    """All at once; if that fails one by one, each in a savepoint, and those that fail are set aside."""
    try:
        async with tx.begin_nested():
            return await work(tx, things)
    except Exception as error:
        if is_transient(error):
            raise
        if len(things) == 1:
            await set_aside(tx, things[0], error)
            return []
    return [result for thing in things for result in await apart(tx, [thing], work, set_aside)]
