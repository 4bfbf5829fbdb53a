"""What request bodies are made of: nothing unknown, no endless texts, codes in their standard form."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Body(BaseModel):
    """A request body. Unknown members are refused, so that a typing error never goes unnoticed; texts lose outer space.

    NUL, lone surrogates and NaN never get here: `shared.strict_json` refuses them.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, frozen=True)


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639-1, or ISO 639-3 where there is no shorter one."""

LanguageMap = Annotated[dict[LanguageCode, LongText], Field(min_length=1, max_length=40)]
"""A text in its languages: `{"en": "Assistant nurse", "fr": "Aide-soignant"}`."""

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""


def _written_as_date(value: Any) -> Any:
    # pydantic alone would also take a number for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and ISO_DATE.fullmatch(value)):
        return value
    raise PydanticCustomError("date", "Write a date as YYYY-MM-DD.")


CalendarDate = Annotated[
    date,
    BeforeValidator(_written_as_date),
    Field(ge=date(1900, 1, 1), le=date(2199, 12, 31)),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20|21)"}),
]
"""A day from 1900 to 2199, written as in ISO 8601: `2026-09-01`."""
