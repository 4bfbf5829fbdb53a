"""Fields that several bodies have, and how an answer differs from a request."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.bodies import DecimalText

ANSWER = ConfigDict(from_attributes=True, extra="ignore", json_schema_extra=None)
"""An answer has the fields of the request and more; in later versions perhaps still more."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
"""Short name in its context, as a person would say it: `U3`, `U3.K`."""

EqfLevel = Annotated[int, Field(strict=True, ge=1, le=8)]

IscedF = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
"""Detailed field of ISCED-F 2013."""

# One form for each number, so that what is answered now and what is read later are the same.
Points = Annotated[
    Decimal,
    DecimalText(r"^[0-9]{1,4}(\.[0-9])?$"),
    AfterValidator(lambda points: points.quantize(Decimal("0.1"))),
]
Share = Annotated[
    Decimal,
    DecimalText(r"^(0(\.[0-9]{1,2})?|1(\.00?)?)$"),
    AfterValidator(lambda share: share.quantize(Decimal("0.01"))),
]
