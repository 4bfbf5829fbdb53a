"""The list of fields of study, as JSON or as CSV; what is wrong is pointed at, line by line."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from services.catalogue.api.fields import IscedF
from services.catalogue.domain.frameworks import Entry
from shared.bodies import Body, LanguageMap, ShortText
from shared.problem_responses import MOST_ERRORS
from shared.problems import Error, error, invalid, refuse

MOST_ENTRIES = 2_000
CSV = "code,title_en,title_fr\n0732,Building and civil engineering,Bâtiment et génie civil\n"


class EntryBody(Body):
    code: IscedF
    title: LanguageMap


class IscedFRequest(Body):
    """Either `entries` or `csv`, whose header is `code,title_en` with a column for each further language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "edition": "2013",
                    "entries": [{"code": "0732", "title": {"en": "Building and civil engineering"}}],
                },
                {"edition": "2013", "csv": CSV},
            ]
        }
    )

    edition: ShortText
    entries: list[EntryBody] | None = Field(None, min_length=1, max_length=MOST_ENTRIES)
    csv: Annotated[str, StringConstraints(max_length=500_000)] | None = None

    def listed(self) -> tuple[Entry, ...]:
        if (self.entries is None) == (self.csv is None):
            raise invalid("", "one_of", "Send either entries or csv.")
        entries = self.entries if self.entries is not None else _read(self.csv or "")
        refuse(_check_unique(entries, "/csv" if self.csv else "/entries"))
        return tuple(Entry(code=entry.code, title=entry.title) for entry in entries)


def _read(text: str) -> list[EntryBody]:
    """The rows under the header; a `Validation` says in which lines something is wrong."""
    (_, header), *rows = _rows(text) or [(1, [])]
    languages = [column.removeprefix("title_") for column in header[1:]]
    if header[:1] != ["code"] or not languages or any(not column.startswith("title_") for column in header[1:]):
        raise invalid("/csv", "header", "The first line is code,title_en with a column for each further language.")
    read = [_entry(line, row, languages) for line, row in rows]
    refuse([wrong for one in read if not isinstance(one, EntryBody) for wrong in one][:MOST_ERRORS])
    if not 1 <= len(read) <= MOST_ENTRIES:
        raise invalid("/csv", "length", f"From 1 to {MOST_ENTRIES} lines follow the header.")
    return [one for one in read if isinstance(one, EntryBody)]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """What is not blank, with its line's number."""
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as wrong:
        raise invalid("/csv", "csv", f"Line {reader.line_num}: {wrong}.") from wrong


def _entry(line: int, row: Sequence[str], languages: Sequence[str]) -> EntryBody | list[Error]:
    if len(row) != len(languages) + 1:
        return [error("/csv", "columns", f"Line {line}: {len(row)} columns, not {len(languages) + 1}.")]
    title = {language: text for language, text in zip(languages, row[1:], strict=True) if text.strip()}
    try:
        return EntryBody(code=row[0], title=title)
    except ValidationError as wrong:
        return [error("/csv", one["type"], f"Line {line}: {one['msg']}") for one in wrong.errors()]


def _check_unique(entries: Sequence[EntryBody], pointer: str) -> Iterator[Error]:
    for code, times in Counter(entry.code for entry in entries).items():
        if times > 1:
            yield error(pointer, "duplicate", f"{code} stands there {times} times.")
