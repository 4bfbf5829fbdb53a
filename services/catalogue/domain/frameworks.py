"""Reference lists, each with its edition: the codes that may stand where one of them is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.catalogue.domain import reason_codes

ISCED_F = "isced-f"
IMPORTED = {ISCED_F: "International Standard Classification of Education: fields of education and training"}
"""Titles by names."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    code: str
    title: Mapping[str, str]
    group: str | None = None
    """Where a list has parts."""


@dataclass(frozen=True, kw_only=True)
class Framework:
    name: str
    title: str
    edition: str
    entries: tuple[Entry, ...]

    @property
    def tag(self) -> str:
        """Changes whenever the list does."""
        return self.edition


@dataclass(frozen=True, kw_only=True)
class ImportedFramework:
    """One whose entries are imported; a new edition replaces them all."""

    name: str
    version: int
    edition: str
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        return IMPORTED[self.name]

    @property
    def tag(self) -> str:
        return str(self.version)


def renew(known: ImportedFramework, edition: str, entries: tuple[Entry, ...]) -> ImportedFramework:
    in_order = tuple(sorted(entries, key=lambda entry: entry.code))
    return replace(known, edition=edition, entries=in_order, version=known.version + 1)


def in_english(titles: Mapping[str, str], group: str | None = None) -> tuple[Entry, ...]:
    return tuple(Entry(code=code, title={"en": title}, group=group) for code, title in titles.items())


EQF = Framework(
    name="eqf",
    title="European Qualifications Framework",
    edition="2017",
    entries=in_english({str(level): f"EQF level {level}" for level in range(1, 9)}),
)

CEFR = Framework(
    name="cefr",
    title="Common European Framework of Reference for Languages",
    edition="2020",
    entries=in_english(
        {
            "A1": "Basic user: breakthrough",
            "A2": "Basic user: waystage",
            "B1": "Independent user: threshold",
            "B2": "Independent user: vantage",
            "C1": "Proficient user: effective operational proficiency",
            "C2": "Proficient user: mastery",
        }
    ),
)

EQAVET = Framework(
    name="eqavet",
    title="EQAVET indicators (Council Recommendation of 24 November 2020)",
    edition="2020",
    entries=in_english(
        {
            "1": "Relevance of quality assurance systems for VET providers",
            "2": "Investment in training of teachers and trainers",
            "3": "Participation rate in VET programmes",
            "4": "Completion rate in VET programmes",
            "5": "Placement rate in VET programmes",
            "6": "Utilisation of acquired skills at the workplace",
            "7": "Unemployment rate",
            "8": "Prevalence of vulnerable groups",
            "9": "Mechanisms to identify training needs in the labour market",
            "10": "Schemes used to promote better access to VET and to provide guidance",
        }
    ),
)

REASON_CODES = Framework(
    name="reason-codes",
    title="Reasons for decisions on recognition, and for changes of learning agreements",
    edition="1",
    entries=(*in_english(reason_codes.RECOGNITION, "recognition"), *in_english(reason_codes.CHANGES, "changes")),
)

KEPT_HERE = (EQF, CEFR, EQAVET, REASON_CODES)
"""Lists that are part of the code; a change of one is a change of its edition."""
