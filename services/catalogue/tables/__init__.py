"""The tables of the service, one module for what belongs together."""

from services.catalogue.tables.countries import COUNTRY_POLICIES, COUNTRY_STATEMENTS
from services.catalogue.tables.institutions import INSTITUTION_ALIASES, INSTITUTION_CONTACTS, INSTITUTIONS
from services.catalogue.tables.metadata import METADATA
from services.catalogue.tables.qualifications import (
    COMPARABILITIES,
    PUBLISHED_UNITS,
    QUALIFICATION_VERSIONS,
    QUALIFICATIONS,
)
from services.catalogue.tables.reference import FRAMEWORKS, GRADE_SCALES, GRADE_TABLES

__all__ = [
    "COMPARABILITIES",
    "COUNTRY_POLICIES",
    "COUNTRY_STATEMENTS",
    "FRAMEWORKS",
    "GRADE_SCALES",
    "GRADE_TABLES",
    "INSTITUTIONS",
    "INSTITUTION_ALIASES",
    "INSTITUTION_CONTACTS",
    "METADATA",
    "PUBLISHED_UNITS",
    "QUALIFICATIONS",
    "QUALIFICATION_VERSIONS",
]
