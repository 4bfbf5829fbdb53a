"""Which EQF level a national level was referenced to, where that is sure (sample-data.md 4).

Where a country has several frameworks, the one of a region counts. Left out rather than guessed: all that are not
listed, such as BE and GB as a whole.
"""

from collections.abc import Iterator, Mapping

from shared.problems import Error, error

ONE_TO_ONE = {str(level): level for level in range(1, 9)}
IRELAND = {"1": 1, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6, "8": 6, "9": 7, "10": 8}
SCOTLAND = {"3": 1, "4": 2, "5": 3, "6": 4, "7": 5, "8": 5, "9": 6, "10": 6, "11": 7, "12": 8}

EQF_LEVELS: Mapping[str, Mapping[str, int]] = {
    **dict.fromkeys(("AT", "DE", "EE", "FI", "FR", "IT", "MT", "NL", "PL", "PT", "RO", "BE-VLG"), ONE_TO_ONE),
    "IE": IRELAND,
    "GB-SCT": SCOTLAND,
}
"""Country or region (ISO 3166-1 or 3166-2), level as its framework numbers it, EQF level."""


def check_nqf_level(country: str, region: str | None, nqf_level: str | None, eqf_level: int) -> Iterator[Error]:
    """`region` is the part of the country whose framework it is, where there are several."""
    if region is not None and not region.startswith(f"{country}-"):
        yield error("/region", "not_in_country", f"Regions of {country} have codes that begin with {country}-.")
        return
    framework = region if region and region in EQF_LEVELS else country
    levels = EQF_LEVELS.get(framework)
    if nqf_level is None or levels is None:
        return
    if nqf_level not in levels:
        yield error("/nqf_level", "unknown", f"The levels of {framework} are {', '.join(levels)}.")
    elif levels[nqf_level] != eqf_level:
        yield error("/nqf_level", "not_this_eqf_level", f"Level {nqf_level} of {framework} is EQF {levels[nqf_level]}.")
