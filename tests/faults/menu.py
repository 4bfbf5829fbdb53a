"""All that can be done to a stage."""

import itertools
from collections.abc import Iterator, Mapping

from tests.faults import clocks, connections, disks, network, processes, servers, subscriber
from tests.faults.disks import Disks
from tests.faults.fault import Fault
from tests.faults.plan import Name, Planned, one_of_each, plan
from tests.support.stage import Stage


def everything(stage: Stage, small_disks: Disks) -> Mapping[Name, Fault]:
    found = [
        *processes.faults(stage),
        *servers.faults(stage),
        *connections.faults(stage),
        *network.faults(stage),
        *disks.faults(stage, small_disks),
        *clocks.faults(stage),
        *subscriber.faults(stage),
    ]
    return {fault.name: fault for fault in found}


def chosen(possible: Mapping[Name, Fault], number: int | None, seed: int) -> Iterator[Planned]:
    """So many, or one of each kind; what cannot be tried here is left out, and the order of the others is the same."""
    names = [*possible] if number else one_of_each([*possible], seed)
    tried = (planned for planned in plan(names, seed) if not possible[planned.name].impossible)
    return itertools.islice(tried, number or sum(not possible[name].impossible for name in names))
