"""Fields that several bodies have, and how an answer differs from a request."""

from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.bodies import DecimalText

ANSWER = ConfigDict(from_attributes=True, extra="ignore", json_schema_extra=None)
"""An answer has the fields of the request and more; in later versions perhaps still more."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
"""Short name in its context, as a person would say it: `U3`, `U3.K`."""

EqfLevel = Annotated[int, Field(strict=True, ge=1, le=8)]

EscoUris = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^http://data\.europa\.eu/esco/[A-Za-z0-9/._-]{1,200}$")]],
    Field(max_length=50),
]
"""Concepts of ESCO: skills, occupations, qualifications."""

IscedF = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
"""Detailed field of ISCED-F 2013."""

Words = Annotated[
    str | None, Query(min_length=1, max_length=200, description="Words that the title has, in one of its languages")
]
"""A search in titles."""

Oid = Annotated[str, StringConstraints(pattern=r"^E[0-9]{8}$")]
"""Organisation id of the Erasmus+ register."""

Pic = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
"""Participant identification code."""

AliasCode = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,62}[!-~])?$")]
"""Up to 64 printable ASCII characters, as EWP has it for codes of partners (domain.md 5)."""

# One form for each number, so that what is answered now and what is read later are the same.
Points = Annotated[
    Decimal,
    DecimalText(r"^[0-9]{1,4}(\.[0-9])?$"),
    AfterValidator(lambda points: points.quantize(Decimal("0.1"))),
]
Mark = Annotated[
    Decimal,
    DecimalText(r"^-?[0-9]{1,4}(\.[0-9]{1,2})?$"),
    AfterValidator(lambda mark: mark.quantize(Decimal("0.01")) + 0),
]
"""Never -0.00."""
MarkFromZero = Annotated[
    Decimal,
    DecimalText(r"^[0-9]{1,4}(\.[0-9]{1,2})?$"),
    AfterValidator(lambda mark: mark.quantize(Decimal("0.01"))),
]
"""On a home scale whose marks can be averaged: the higher, the better."""
ShareOfGrades = Annotated[
    Decimal,
    DecimalText(r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$"),
    AfterValidator(lambda share: share.quantize(Decimal("0.0001"))),
]
Share = Annotated[
    Decimal,
    DecimalText(r"^(0(\.[0-9]{1,2})?|1(\.00?)?)$"),
    AfterValidator(lambda share: share.quantize(Decimal("0.01"))),
]
