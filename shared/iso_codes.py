"""Countries and languages of ISO 3166-1 and ISO 639, as pycountry keeps them up to date with Debian's iso-codes.

Read when first asked for: thousands of names, and most processes are never asked.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

import pycountry

VERSION = version("pycountry")


@cache
def countries() -> Mapping[str, str]:
    """English names by ISO 3166-1 alpha-2 codes."""
    return {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}


@cache
def languages() -> Mapping[str, str]:
    """English names by ISO 639-1 codes; by those of ISO 639-3 where there is no shorter one."""
    return {getattr(language, "alpha_2", language.alpha_3): language.name for language in pycountry.languages}
