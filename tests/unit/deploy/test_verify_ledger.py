"""The program that outsiders check a chain with: it shares no code with what wrote the chain."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy import verify_ledger
from services.recognition.domain.checkpoints import Blocks, ChainEnd, Proof, following, prove
from services.recognition.domain.ledger import START, Entry, EntryKind, LinkedEntry, append
from shared.canonical import canonical_json
from tests.support.canonical_vectors import REFUSED, VECTORS, value_of

PROGRAM = Path(verify_ledger.__file__)
LEARNER = UUID("019a0008-0c00-7001-8000-000800000001")
AT = datetime(2026, 5, 13, 9, 30, 2, 125000, tzinfo=UTC)
Line = dict[str, Any]


@pytest.mark.parametrize(("value", "canonical", "digest"), VECTORS)
def test_its_canonical_form_is_the_published_one(value: str, canonical: str, digest: str):
    assert verify_ledger.canonical(value_of(value)) == canonical.encode()
    assert sha256(canonical.encode()).hexdigest() == digest


@pytest.mark.parametrize("value", REFUSED)
def test_it_refuses_what_has_no_canonical_form(value: str):
    with pytest.raises((TypeError, ValueError)):
        verify_ledger.canonical(value_of(value))


def test_it_needs_the_standard_library_alone():
    imported = [
        node for node in ast.walk(ast.parse(PROGRAM.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in imported if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def entry(**changes: Any) -> Entry:
    ids = ("entry_id", "credit_id", "decision_id", "home_id", "qualification_id", "unit_id")
    usual: dict[str, Any] = {name: uuid4() for name in ids}
    usual |= {
        "learner_id": LEARNER,
        "kind": EntryKind.CREDIT,
        "home_country": "MT",
        "points": Decimal("30.0"),
        "at": AT,
    }
    return Entry(**usual | changes)


def linked(entries: Sequence[Entry]) -> list[LinkedEntry]:
    chain: list[LinkedEntry] = []
    for one in entries:
        chain.append(append(chain[-1].head if chain else START, one))
    return chain


ENTRIES = [entry(), entry(points=None), entry(home_country="İ"), entry(points=Decimal("12.5"))]
CHAIN = linked(ENTRIES)


def proved(covered: int) -> Proof:
    """That the chain ended so, among those of five other learners."""
    ends = sorted(
        [ChainEnd(LEARNER, CHAIN[covered - 1].head), *(ChainEnd(uuid4(), CHAIN[0].head) for _ in range(5))],
        key=lambda end: end.learner_id,
    )
    blocks = Blocks()
    blocks.add(ends)
    found = following(None, blocks, uuid4(), AT)
    assert found
    return prove(found[0], blocks, ends, LEARNER)


PROOF = proved(4)


def plain(value: Any) -> Any:
    return json.loads(canonical_json(value))


def exported(chain: Sequence[LinkedEntry]) -> list[Line]:
    return [*({"entry": plain(one)} for one in chain), {"proof": plain(PROOF)}]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def check(folder: Path, lines: Sequence[Any], root: str = PROOF.checkpoint.root) -> subprocess.CompletedProcess[str]:
    file = folder / "chain.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return run(file, "--root", root)


def test_an_intact_chain_holds(tmp_path: Path):
    answer = check(tmp_path, exported(CHAIN))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"The chain of {LEARNER} holds; the checkpoint covers 4 of 4 entries.\n"


def test_later_entries_are_said_to_be_covered_by_nothing_yet(tmp_path: Path):
    answer = check(tmp_path, exported(linked([*ENTRIES, entry()])))
    assert answer.returncode == 0
    assert "covers 4 of 5 entries" in answer.stdout


def changed(lines: list[Line]) -> list[Line]:
    lines[1]["entry"]["points"] = "60"
    return lines


def dropped(lines: list[Line]) -> list[Line]:
    return [*lines[:1], *lines[2:]]


def inserted(lines: list[Line]) -> list[Line]:
    return [*lines[:1], {"entry": plain(append(CHAIN[0].head, entry()))}, *lines[1:]]


def reordered(lines: list[Line]) -> list[Line]:
    lines[1], lines[2] = lines[2], lines[1]
    return lines


def of_somebody_else(lines: list[Line]) -> list[Line]:
    return [*lines[:1], {"entry": plain(append(CHAIN[0].head, replace(ENTRIES[1], learner_id=uuid4())))}, *lines[2:]]


def without_canonical_form(lines: list[Line]) -> list[Line]:
    lines[1]["entry"]["points"] = 30.5
    return lines


FORGERIES = [changed, dropped, reordered, of_somebody_else, without_canonical_form]


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_first_broken_entry_is_pointed_at(tmp_path: Path, forge: Callable[[list[Line]], list[Line]]):
    answer = check(tmp_path, forge(exported(CHAIN)))
    assert answer.returncode == 1
    assert answer.stdout.startswith("Broken at position 2: ")


def test_an_inserted_entry_is_noticed_by_the_one_that_stood_there(tmp_path: Path):
    answer = check(tmp_path, inserted(exported(CHAIN)))
    assert answer.returncode == 1
    assert answer.stdout.startswith("Broken at position 3: ")


def test_an_end_that_was_cut_off_is_missed(tmp_path: Path):
    answer = check(tmp_path, [*exported(CHAIN)[:2], exported(CHAIN)[-1]])
    assert answer.returncode == 1
    assert answer.stdout.startswith("Broken at position 3: it is missing")


@pytest.mark.parametrize("place", range(4))
def test_a_chain_that_was_forged_and_hashed_anew_is_caught_by_the_checkpoint(tmp_path: Path, place: int):
    forged = linked([*ENTRIES[:place], replace(ENTRIES[place], points=Decimal(60)), *ENTRIES[place + 1 :]])
    answer = check(tmp_path, exported(forged))
    assert answer.returncode == 1
    assert "Broken at position 4: it is not the entry that the checkpoint covers" in answer.stdout


def test_a_proof_that_was_forged_with_the_chain_does_not_lead_to_the_checkpoint_that_one_has(tmp_path: Path):
    answer = check(tmp_path, exported(CHAIN), root=proved(3).checkpoint.root)
    assert answer.returncode == 1


def test_it_reads_what_the_api_answers_and_what_an_event_says(tmp_path: Path):
    api = [json.loads(json.dumps(vars(one), default=str)) for one in CHAIN]  # null, 30.0 and +00:00, as no export has
    pages = [{"items": api[:2], "next": "x"}, {"items": api[2:], "next": None}, plain(PROOF)]
    files = [tmp_path / f"{number}.json" for number in range(3)]
    for file, page in zip(files, pages, strict=True):
        file.write_text(json.dumps(page, indent=2), encoding="utf-8")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"type": "acquis.ledger.checkpointed.v1", "data": plain(PROOF.checkpoint)}))
    answer = run(*files, "--checkpoint", event)
    assert (answer.returncode, answer.stderr) == (0, "")


UNREADABLE = {
    "nothing": [],
    "no proof": exported(CHAIN)[:-1],
    "no entries": exported(CHAIN)[-1:],
    "no objects": [[1], "text"],
    "an entry of no kind": [{"entry": None}, exported(CHAIN)[-1]],
    "a proof without members": [*exported(CHAIN)[:-1], {"proof": {"path": []}}],
}


@pytest.mark.parametrize("lines", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_neither_right_nor_wrong(tmp_path: Path, lines: list[Any]):
    answer = check(tmp_path, lines)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "Traceback" not in answer.stderr


def test_a_member_that_stands_there_twice_deceives_nobody(tmp_path: Path):
    file = tmp_path / "chain.jsonl"
    text = "\n".join(json.dumps(line) for line in exported(CHAIN))
    file.write_text(text.replace('"points": "30"', '"points": "60", "points": "30"', 1))
    assert run(file, "--root", PROOF.checkpoint.root).returncode == 2


def test_help_says_what_it_needs_and_how_it_ends():
    answer = run("--help")
    assert answer.returncode == 0
    for word in ("--checkpoint", "--root", "FILE", "Exit status"):
        assert word in answer.stdout
    assert run("chain.jsonl").returncode == 2  # without a checkpoint there is nothing to check against
