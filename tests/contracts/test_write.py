import json

import pytest
import typer

from shared.contracts import write

CREDIT = "acquis.credit.recognised.v1.json"


@pytest.fixture
def contracts(tmp_path, monkeypatch):
    """A place of its own to write to, where everything was written and released once."""
    here = tmp_path / "shared" / "contracts"
    here.mkdir(parents=True)
    monkeypatch.setattr(write, "HERE", here)
    monkeypatch.setattr(write, "RELEASED", here / "released")
    write.main(release=True)
    return here


def test_what_was_written_passes_the_check_and_is_what_was_released(contracts):
    write.main(check=True)
    assert (contracts / "schemas" / CREDIT).read_bytes() == (contracts / "released" / CREDIT).read_bytes()


def test_the_check_fails_with_the_files_to_write_and_writes_nothing(contracts, capsys):
    (contracts / "schemas" / CREDIT).write_text("{}")
    (contracts / "asyncapi" / "catalogue.json").unlink()
    (contracts / "schemas" / "acquis.credit.lost.v1.json").write_text("{}")
    with pytest.raises(typer.Exit) as failed:
        write.main(check=True)
    assert failed.value.exit_code == 1
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  shared/contracts/asyncapi/catalogue.json: missing",
        "  shared/contracts/schemas/acquis.credit.lost.v1.json: belongs to no event or service any more",
        f"  shared/contracts/schemas/{CREDIT}: differs",
    ]
    assert (contracts / "schemas" / CREDIT).read_text() == "{}"


def test_writing_mends_all_that_the_check_found(contracts):
    (contracts / "schemas" / CREDIT).write_text("{}")
    (contracts / "schemas" / "acquis.credit.lost.v1.json").write_text("{}")
    write.main()
    write.main(check=True)


def test_a_release_that_would_break_partners_is_refused(contracts, capsys):
    promise = contracts / "released" / CREDIT
    promised = json.loads(promise.read_bytes())
    promised["$defs"]["CreditRecognised"]["properties"]["ects"] = {"type": "integer"}
    promise.write_bytes(kept := write.as_bytes(promised))
    with pytest.raises(typer.Exit):
        write.main(release=True)
    assert "acquis.credit.recognised.v1.data.ects: is gone, or has another name" in capsys.readouterr().err
    assert promise.read_bytes() == kept
