"""How an institution's decisions, or those in a country, turn out."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.statistics import Line, Question, answer
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice

PLACE = sa.column("place", sa.Integer)


async def read_statistics(
    tx: AsyncConnection, caller: Principal, year: int, question: Question, wanted: PageRequest
) -> Slice[Line]:
    """All groups are counted whichever are asked for, so a page is a part of the answer, from a place on."""
    counted = await store.count_decisions(tx, caller, year)
    lines = await asyncio.to_thread(answer, counted, question)  # half a second for the thousands of groups of a country
    (begin,) = paging.decode(wanted.cursor, [PLACE]) if wanted.cursor else (0,)
    begin = max(begin, 0)
    end = begin + wanted.limit
    return Slice(lines[begin:end], paging.encode([end]) if end < len(lines) else None)
