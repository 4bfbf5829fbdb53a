"""A service whose clock is wrong: `python -m tests.faults.jumping_clock 7200,-7200,0 services.recognition work …`.

It starts so many seconds ahead of the time. With each SIGUSR1 the clock jumps to the next of them under way.
"""

import runpy
import signal
import sys
import time
from datetime import datetime, timedelta
from itertools import chain, repeat

from shared import clock

right_now, right_time = clock.now, time.time


def main() -> None:
    offsets, module = [float(seconds) for seconds in sys.argv[1].split(",")], sys.argv[2]
    following = chain(offsets, repeat(offsets[-1]))
    jump(next(following))
    signal.signal(signal.SIGUSR1, lambda *_: jump(next(following)))
    sys.argv[:] = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def jump(seconds: float) -> None:
    """From now on both clocks that the services read are so far ahead."""

    def moved() -> datetime:
        return right_now() + timedelta(seconds=seconds)

    clock.now = moved
    time.time = lambda: right_time() + seconds


if __name__ == "__main__":
    main()
