"""Which EQF level a national level was referenced to, where that is sure (sample-data.md 4).

Left out rather than guessed: countries with several frameworks (BE, GB), and all that are not listed.
"""

from collections.abc import Iterator, Mapping

from shared.problems import Error, error

ONE_TO_ONE = {str(level): level for level in range(1, 9)}
IRELAND = {"1": 1, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6, "8": 6, "9": 7, "10": 8}

EQF_LEVELS: Mapping[str, Mapping[str, int]] = {
    **dict.fromkeys(("AT", "DE", "EE", "FI", "FR", "IT", "MT", "NL", "PL", "PT", "RO"), ONE_TO_ONE),
    "IE": IRELAND,
}
"""Country, level as its framework numbers it, EQF level."""


def check_nqf_level(country: str, nqf_level: str | None, eqf_level: int) -> Iterator[Error]:
    levels = EQF_LEVELS.get(country)
    if nqf_level is None or levels is None:
        return
    if nqf_level not in levels:
        yield error("/nqf_level", "unknown", f"The levels of {country} are {', '.join(levels)}.")
    elif levels[nqf_level] != eqf_level:
        yield error("/nqf_level", "not_this_eqf_level", f"Level {nqf_level} of {country} is EQF {levels[nqf_level]}.")
