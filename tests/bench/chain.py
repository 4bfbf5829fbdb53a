"""One process of Acquis's chain: `python -m tests.bench.chain assessment|recognition|notifications`.

It runs the loops that the yardstick has in the same process, with the settings of the environment, as a pod does.
"""

import sys
from importlib import import_module

from shared import process
from shared.cli import stay
from shared.process import Loops
from shared.service import Running, Service

LOOPS = {
    "assessment": (process.relays,),
    "recognition": (process.consumers, process.relays),
    "notifications": (process.consumers, process.workers),
}


def main(name: str) -> None:
    def build() -> Service:
        service: Service = import_module(f"services.{name}.app").service()
        return service

    def loops(running: Running) -> Loops:
        return {loop: going for some in LOOPS[name] for loop, going in some(running).items()}

    stay(build, loops, process.health_only, "127.0.0.1", 0)


if __name__ == "__main__":
    main(sys.argv[1])
