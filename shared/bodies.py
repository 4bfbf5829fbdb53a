"""What request bodies are made of: nothing unknown, no endless texts, codes in their standard form."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from shared import iso_codes

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Body(BaseModel):
    """A request body. Unknown members are refused, so that a typing error never goes unnoticed; texts lose outer space.

    NUL, lone surrogates and NaN never get here: `shared.strict_json` refuses them.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, frozen=True)


NOT_BLANK = Field(json_schema_extra={"pattern": r"[^\s\u0085]"})
"""Says of a text that has to have a length that it loses outer space before it is measured.

U+0085 is white space in Unicode, but not in ECMA 262, whose expressions JSON Schema has.
"""

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), NOT_BLANK]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), NOT_BLANK]


def _comes_in(info: ValidationInfo) -> bool:
    """Answers, which ignore what they do not know, tell what is stored, also if its code is listed no longer."""
    return (info.config or {}).get("extra_fields_behavior") != "ignore"


def _language(code: str, info: ValidationInfo) -> str:
    if _comes_in(info) and code not in iso_codes.languages():
        raise PydanticCustomError("unknown_language", "This is no language of ISO 639: see /v1/frameworks/languages.")
    return code


def _country(code: str, info: ValidationInfo) -> str:
    if _comes_in(info) and code not in iso_codes.countries():
        raise PydanticCustomError("unknown_country", "This is no country of ISO 3166-1: see /v1/frameworks/countries.")
    return code


LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$"), AfterValidator(_language)]
"""ISO 639-1, or ISO 639-3 where there is no shorter one."""

LanguageMap = Annotated[
    dict[LanguageCode, LongText], Field(min_length=1, max_length=40, json_schema_extra={"additionalProperties": False})
]
"""A text in its languages: `{"en": "Assistant nurse", "fr": "Aide-soignant"}`."""

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_country)]
"""ISO 3166-1 alpha-2."""


EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./-]{3,28}[0-9]$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{3,490}$")]


def _written_as_date(value: Any) -> Any:
    # pydantic alone would also take a number for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and ISO_DATE.fullmatch(value)):
        return value
    raise PydanticCustomError("date", "Write a date as YYYY-MM-DD.")


WRITTEN_AS_DATE = BeforeValidator(_written_as_date)
"""Only `2026-09-01`, as in ISO 8601."""

CalendarDate = Annotated[
    date,
    Field(ge=date(1900, 1, 1), le=date(2199, 12, 31)),
    WRITTEN_AS_DATE,
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20|21)"}),
]
"""A day from 1900 to 2199."""


def _written_as_time(value: Any) -> Any:
    # pydantic alone would also take a number for seconds since 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and ISO_DATE.match(value)):
        return value
    raise PydanticCustomError("time", "Write a time as YYYY-MM-DDThh:mm:ssZ, or with its offset from UTC.")


Instant = Annotated[AwareDatetime, BeforeValidator(_written_as_time)]
"""A time with its offset from UTC, as in RFC 3339."""


@dataclass(frozen=True)
class DecimalText:
    """A decimal number, written as text, `"30.0"`, as in events: a JSON number would be read as binary floating point.

    `Points = Annotated[Decimal, DecimalText(pattern)]`; the pattern says the digits before and after the point.
    """

    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._written, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}

    def _written(self, value: Any) -> Any:
        if isinstance(value, Decimal) or (isinstance(value, str) and re.fullmatch(self.pattern, value)):
            return value
        raise PydanticCustomError("decimal_text", "Write the number as text that matches {pattern}.", vars(self))
