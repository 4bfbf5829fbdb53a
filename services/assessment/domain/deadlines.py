from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    contest_days: int
    """How long a learner may contest what was confirmed."""
    resit_days: int
    """How long there is for a next attempt, also after the stay."""
