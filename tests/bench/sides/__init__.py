"""The two that are held against each other: how each is set up, fed and counted."""

from tests.bench.sides.acquis import acquis
from tests.bench.sides.bare import bare
from tests.bench.sides.side import SERVICES, Counts, Side, SideMaker, Stays, ask, make_stays

__all__ = ["SERVICES", "Counts", "Side", "SideMaker", "Stays", "acquis", "ask", "bare", "make_stays"]
