"""How often Python looks for garbage that refers to itself, of which a service makes next to none."""

import gc

RARELY = 50_000, 20, 20


def collect_rarely() -> None:
    """What an import makes stays, what a batch makes lives until its commit: both are looked at in vain before."""
    gc.set_threshold(*RARELY)
