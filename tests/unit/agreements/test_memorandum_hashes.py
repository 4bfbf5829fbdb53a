"""The vectors of docs/memorandum-hashes.json, by which other programs check that they hash what we hash."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.agreements.api.memorandum_bodies import ProposedTermsRequest
from services.agreements.domain.memorandum_terms import Terms, in_order
from shared.canonical import PROFILE, canonical_json, content_hash

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "memorandum-hashes.json").read_text(encoding="utf-8"))
VECTORS = DOCUMENT["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_memorandum_hashes_to_what_is_published(vector: dict[str, Any]):
    assert DOCUMENT["profile"] == PROFILE
    terms = in_order(ProposedTermsRequest.model_validate(vector["terms"]).terms())
    assert canonical_json(terms).decode() == vector["canonical"]
    assert content_hash(terms) == vector["content_hash"]


def test_the_order_of_a_list_changes_nothing():
    usual, turned, _ = VECTORS
    assert usual["terms"] != turned["terms"]
    assert usual["content_hash"] == turned["content_hash"]


def test_the_vectors_have_every_member():
    assert VECTORS[-1]["terms"].keys() == set(Terms.__dataclass_fields__)
