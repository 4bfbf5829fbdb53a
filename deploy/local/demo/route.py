"""Who sends learners to whom."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """Institutions, qualification and comparabilities by their keys in the demo world."""

    home: str
    host: str
    qualification: str
    """The home's, whose units are to be earned."""
    units: tuple[str, ...]
    """The comparabilities of the units to be earned abroad."""


MALTA_TO_ITALY = Route("mt", "it", "mt", ("it U3", "it U2"))
"""U3 corresponds in full and is recognised by itself; U2 in part."""
