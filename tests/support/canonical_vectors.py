"""The vectors that docs/canonical-json.md publishes for other languages."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

DOCUMENT = (Path(__file__).parents[2] / "docs" / "canonical-json.md").read_text(encoding="utf-8")
VECTORS = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `([0-9a-f]{64})` \|$", DOCUMENT, re.MULTILINE)
REFUSED = re.findall(r"^\| `([^|]+?)` \| [A-Za-z][^|]+ \|$", DOCUMENT, re.MULTILINE)
TAGS: dict[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$time": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$id": UUID,
    "$set": frozenset,
}


def value_of(text: str) -> Any:
    """What the document writes as JSON, with the kinds that JSON does not have in `{"$kind": …}`."""
    return json.loads(text, object_hook=_untagged)


def _untagged(members: dict[str, Any]) -> Any:
    (first, content), *others = members.items() or [("", None)]
    return TAGS[first](content) if first in TAGS and not others else members
