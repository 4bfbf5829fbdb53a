"""Check a learner's chain of ledger entries against a checkpoint that you have: offline, and without Acquis.

FILES are an export of the chain, or what the API answered: the pages of /v1/ledger/{learner_id} in their order and
/v1/ledger/{learner_id}/proof. The checkpoint is one that you were sent, or that you have kept: if you took it from
where the files come from, it would prove nothing.

One file, Python 3.11 or later and its standard library. The rules are in docs/ledger.md and docs/canonical-json.md.

Exit status: 0 the chain is what the checkpoint covers, 1 it is not, 2 the files cannot be read.
"""

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

KINDS: dict[str, Callable[[Any], Any]] = {"points": Decimal, "at": datetime.fromisoformat}
"""Members of an entry that JSON has only text for; ids are text in lower case already."""
SPACE = re.compile(r"\s*")


class BrokenError(Exception):
    """The chain is not what it should be, from this position on."""

    def __init__(self, position: int, why: str) -> None:
        super().__init__(f"Broken at position {position}: {why}")


@dataclass
class Export:
    entries: list[dict[str, Any]] = field(default_factory=list)
    proof: dict[str, Any] = field(default_factory=dict)


def canonical(value: Any) -> bytes:
    """The bytes of a value by `acquis-c14n-1`; `TypeError` or `ValueError` for what has none."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    match value:
        case None | bool() | int():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case Decimal():
            return digits(value)
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case dict():
            return members(value)
        case set() | frozenset():
            return sorted((plain(member) for member in value), key=canonical)
        case list() | tuple():
            return [plain(member) for member in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def digits(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("only finite decimals have a canonical form")
    text = format(value, "f") if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without a zone has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def members(value: dict[Any, Any]) -> dict[str, Any]:
    given = [(plain(name), plain(member)) for name, member in value.items() if member is not None]
    if len(named := dict(given)) != len(given) or not all(isinstance(name, str) for name in named):
        raise TypeError("an object's keys are texts, and no two of them the same")
    return named


def check_chain(entries: Sequence[dict[str, Any]]) -> None:
    """Each entry follows on the one before it, and its hash covers all that it says."""
    before, learner_id = "0" * 64, entries[0].get("learner_id")
    for position, entry in enumerate(entries, start=1):
        if entry.get("position") != position:
            raise BrokenError(position, f"the entry that stands there says that it is number {entry.get('position')}")
        if entry.get("learner_id") != learner_id:
            raise BrokenError(position, "the entry that stands there is another learner's")
        if entry.get("previous_hash") != before:
            raise BrokenError(position, "it does not follow on the entry before it")
        if entry.get("hash") != hash_of(entry, position):
            raise BrokenError(position, "its hash does not cover what it says")
        before = str(entry["hash"])


def hash_of(entry: dict[str, Any], position: int) -> str:
    content = {name: member for name, member in entry.items() if name != "hash"}
    try:
        typed = {name: KINDS[name](member) if name in KINDS and member else member for name, member in content.items()}
        return hashlib.sha256(canonical(typed)).hexdigest()
    except (TypeError, ValueError, ArithmeticError) as error:
        raise BrokenError(position, f"it has no canonical form: {error}") from error


def check_proof(entries: Sequence[dict[str, Any]], proof: dict[str, Any], root: str) -> None:
    """The chain ended so when the checkpoint with this root was taken; later entries are not covered yet."""
    position = proof["position"]
    if position > len(entries):
        raise BrokenError(len(entries) + 1, f"it is missing, the checkpoint covers {position} entries")
    end = entries[position - 1]
    leaf = UUID(end["learner_id"]).bytes + position.to_bytes(8, "big") + bytes.fromhex(end["hash"])
    path = [bytes.fromhex(one) for one in proof["path"]]
    above = root_above(hashlib.sha256(b"\x00" + leaf).digest(), proof["index"], proof["checkpoint"]["heads"], path)
    if above is None or above.hex() != root:
        raise BrokenError(
            position,
            "it is not the entry that the checkpoint covers. If the proof is genuine, the chain was written anew:"
            " this entry or one before it was changed, and all hashes since",
        )


def root_above(start: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Where the path leads from leaf `index` of `size` leaves (RFC 6962, 2.1.1); None if it does not fit the tree."""
    rest, reached = iter(path), start
    while size > 1:
        if (beside := index ^ 1) < size:
            if (other := next(rest, None)) is None:
                return None
            pair = other + reached if beside < index else reached + other
            reached = hashlib.sha256(b"\x01" + pair).digest()
        index, size = index // 2, (size + 1) // 2
    return reached if next(rest, None) is None else None


def read(files: Sequence[Path]) -> Export:
    export = Export()
    for file in files:
        for document in documents(file.read_text(encoding="utf-8")):
            if "entry" in document:
                export.entries.append(document["entry"])
            elif "items" in document:
                export.entries += document["items"]
            else:
                export.proof = document.get("proof", document)
    if not export.entries or "path" not in export.proof:
        raise ValueError("there has to be a chain of entries, and a proof")
    return export


def documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, one after the other."""
    decoder, text, place = json.JSONDecoder(object_pairs_hook=once), text.strip(), 0
    while place < len(text):
        document, place = decoder.raw_decode(text, place)
        yield document
        place = SPACE.match(text, place).end()  # type: ignore[union-attr] # no space is a match too


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("an object has the same member twice")
    return found


def trusted_root(arguments: argparse.Namespace) -> str:
    """The checkpoint's, as the API answers it or as its event says it."""
    if arguments.root:
        return str(arguments.root).lower()
    document = next(documents(arguments.checkpoint.read_text(encoding="utf-8")))
    return str(document.get("data", document)["root"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    trusted = parser.add_mutually_exclusive_group(required=True)
    trusted.add_argument("--checkpoint", metavar="FILE", type=Path, help="the checkpoint, as its event or as an answer")
    trusted.add_argument("--root", metavar="HEX", help="its root alone")
    arguments = parser.parse_args()
    try:
        export, root = read(arguments.files), trusted_root(arguments)
        check_chain(export.entries)
        check_proof(export.entries, export.proof, root)
    except BrokenError as broken:
        sys.stdout.write(f"{broken}.\n")
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        sys.stderr.write(f"This cannot be read: {error!r}. See --help.\n")
        return 2
    learner_id, covered = export.entries[0]["learner_id"], export.proof["position"]
    sys.stdout.write(
        f"The chain of {learner_id} holds; the checkpoint covers {covered} of {len(export.entries)} entries.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
