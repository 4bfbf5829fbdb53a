"""The worker of one service alone: `python -m tests.bench.worker notifications`."""

import sys
from importlib import import_module

from shared import process
from shared.cli import stay

if __name__ == "__main__":
    stay(import_module(f"services.{sys.argv[1]}.app").service, process.workers, process.health_only, "127.0.0.1", 0)
