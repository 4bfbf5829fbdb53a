"""Fields that several bodies have, and what each endpoint may ask of the settings."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.assessment.domain.deadlines import Deadlines
from services.assessment.settings import Settings
from shared.bodies import NOT_BLANK, Body, DecimalText, LongText

Weight = Annotated[
    Decimal,
    DecimalText(r"^(0\.(?!0+$)[0-9]{1,4}|1(\.0{1,4})?)$"),
    Field(description="The share of this assessment in the outcome: more than 0, at most 1"),
]
Share = Annotated[
    Decimal,
    DecimalText(r"^(0\.(?!0+$)[0-9]{1,4}|1(\.0{1,4})?)$"),
    Field(description="The share of this assessment that counts to the unit: more than 0, at most 1"),
]
GradeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), NOT_BLANK]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uri = Annotated[str, Field(pattern=r"^[a-z][a-z0-9+.-]{1,20}:[!-~]{1,900}$")]
"""With its scheme, in printable ASCII."""


def distinct(name: str) -> AfterValidator:
    """No two items of the list may have the same value of this member."""

    def check(items: list[Any]) -> list[Any]:
        if len({getattr(item, name) for item in items}) < len(items):
            raise PydanticCustomError("distinct", "The list names something twice.")
        return items

    return AfterValidator(check)


class ReasonBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The wrong criteria grid was used."}]})

    reason: LongText


def _deadlines(request: Request) -> Deadlines:
    settings: Settings = request.app.state.settings
    return settings.deadlines


OwnDeadlines = Annotated[Deadlines, Depends(_deadlines)]
