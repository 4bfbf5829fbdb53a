"""Writes what partners read: `python -m shared.contracts.write [--check | --release]`.

`schemas/` and `asyncapi/` follow the dataclasses, `released/` stays what the last release promised.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shared.contracts.asyncapi_documents import asyncapi_document, producers
from shared.contracts.compatibility import breaking_release
from shared.contracts.event_schemas import event_schema
from shared.contracts.registry import FACTS

HERE = Path(__file__).parent
RELEASED = HERE / "released"
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail if a file is not as it would be written.")]
Release = Annotated[bool, typer.Option("--release", help="Make today's schemas the promise of this release.")]


def main(*, check: Check = False, release: Release = False) -> None:
    """Write the JSON Schemas and AsyncAPI documents of all published events."""
    documents = published()
    if check:
        _fail_if("These files are not what the contracts say; run python -m shared.contracts.write:", stale(documents))
        return
    for path in _written() - documents.keys():
        path.unlink()
    _write(documents)
    if release:
        promised = current_schemas()
        _fail_if("This would break partners; publish a new version of the type:", broken(promised))
        _write({RELEASED / f"{type_}.json": schema for type_, schema in promised.items()})


def published() -> dict[Path, dict[str, Any]]:
    """Every document and the file it belongs in."""
    schemas = {HERE / "schemas" / f"{type_}.json": schema for type_, schema in current_schemas().items()}
    return schemas | {HERE / "asyncapi" / f"{name}.json": asyncapi_document(name) for name in producers()}


def current_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each event type as the dataclasses are now."""
    return {type_: event_schema(type_) for type_ in sorted(FACTS)}


def released_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each event type as it was at the last release."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(RELEASED.glob("*.json"))}


def broken(promised: dict[str, dict[str, Any]]) -> list[str]:
    """What these schemas break of the last release."""
    return breaking_release(released_schemas(), promised)


def stale(documents: dict[Path, dict[str, Any]]) -> list[str]:
    """The files that differ, are missing or belong to nothing, each with which of these."""
    found = {path: path.read_bytes() for path in _written()}
    return [
        f"{path.relative_to(HERE.parents[1])}: {_difference(found.get(path), documents.get(path))}"
        for path in sorted(found.keys() | documents.keys())
        if path not in documents or found.get(path) != as_bytes(documents[path])
    ]


def as_bytes(document: dict[str, Any]) -> bytes:
    """The same document is always the same bytes."""
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _difference(found: bytes | None, document: dict[str, Any] | None) -> str:
    if found is None:
        return "missing"
    return "differs" if document else "belongs to no event or service any more"


def _written() -> set[Path]:
    return {*(HERE / "schemas").glob("*.json"), *(HERE / "asyncapi").glob("*.json")}


def _write(documents: dict[Path, dict[str, Any]]) -> None:
    for path, document in documents.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(as_bytes(document))


def _fail_if(reason: str, problems: list[str]) -> None:
    if problems:
        typer.echo("\n  ".join([reason, *problems]), err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
