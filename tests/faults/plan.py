"""Which faults, in which order: the same for the same seed, whatever comes of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Name = tuple[str, str]
"""Kind and victim."""
LONGEST_PAUSE = 0.5
SHORTEST, USUAL, LONGEST = 0.1, 0.5, 3.0
"""Seconds that a fault lasts."""


@dataclass(frozen=True)
class Planned:
    kind: str
    victim: str
    after: float
    """Seconds of peace before it, so that work is met at any point."""
    lasts: float

    @property
    def name(self) -> Name:
        return self.kind, self.victim


def plan(names: Sequence[Name], seed: int) -> Iterator[Planned]:
    """Without end: each of them before any comes once more, in an order that chance decides anew each time."""
    chance = random.Random(seed)  # noqa: S311 - has to be reproducible
    while True:
        for kind, victim in chance.sample(names, len(names)):
            after = round(chance.uniform(0, LONGEST_PAUSE), 2)
            yield Planned(kind, victim, after, round(chance.triangular(SHORTEST, LONGEST, USUAL), 2))


def one_of_each(names: Sequence[Name], seed: int) -> list[Name]:
    """One victim of each kind."""
    chance = random.Random(seed)  # noqa: S311 - has to be reproducible
    victims: dict[str, list[Name]] = {}
    for name in names:
        victims.setdefault(name[0], []).append(name)
    return [chance.choice(of_kind) for of_kind in victims.values()]
