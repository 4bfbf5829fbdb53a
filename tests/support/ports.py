import random

from deploy.local.ports import first_free_port


def some_free_port() -> int:
    """One that no other process of tests comes upon at the same moment, as it would upon the first that is free."""
    return first_free_port(random.randrange(10_000, 24_000))  # noqa: S311 - only to stay apart
