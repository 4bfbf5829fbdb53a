from dataclasses import replace
from typing import Any

import pytest

from services.catalogue.domain.publication import consent, publish
from services.catalogue.domain.qualifications import Qualification, draft, edit
from shared.contracts.catalogue import EcvetFunction, InstitutionRegistered
from shared.problems import NotCompetent, StaleApproval, Validation
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA, MALTA_COUNCIL
from tests.support.builders.catalogue_aggregates import (
    awarded,
    description_of,
    entry_of,
    institution,
    numbered,
    qualification,
)

BOTH = (MALTA.institution_id, ITALY.institution_id)
JOINT = awarded(replace(qualification(), designed_by_ids=BOTH))
DESCRIPTION, ENTRIES = description_of(JOINT), [entry_of(unit) for unit in JOINT.units]


def missing(joint: Qualification, *designers: InstitutionRegistered) -> list[tuple[str, str]]:
    with pytest.raises(Validation) as refused:
        publish(joint, institution(MALTA_COUNCIL), designers=[institution(one) for one in designers])
    return codes(refused)


def codes(refused: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in refused.value.members["errors"]]


def test_it_is_published_once_all_the_others_have_consented():
    assert missing(JOINT, MALTA, ITALY) == [("/designed_by_ids/1", "consent_missing")]
    agreed = consent(JOINT, ITALY.institution_id, JOINT.content_hash)
    _, (fact,) = publish(agreed, institution(MALTA_COUNCIL), designers=[institution(), institution(ITALY)])
    assert fact.designed_by_ids == BOTH


def test_a_consent_is_to_exactly_what_was_read():
    agreed = consent(JOINT, ITALY.institution_id, JOINT.content_hash)
    changed = replace(agreed, isced_f="0613")
    assert missing(changed, MALTA, ITALY) == [
        ("/awarding_body_id", "consent_missing"),
        ("/designed_by_ids/1", "consent_missing"),
    ]
    with pytest.raises(StaleApproval):
        consent(changed, ITALY.institution_id, JOINT.content_hash)
    again = consent(changed, ITALY.institution_id, changed.content_hash)
    assert again.consented == {ITALY.institution_id}
    assert len(again.consents) == len(agreed.consents)


def test_an_edit_that_changes_the_content_makes_consents_void_and_one_that_does_not_keeps_them():
    agreed = consent(JOINT, ITALY.institution_id, JOINT.content_hash)
    assert edit(agreed, DESCRIPTION, ENTRIES, ids=numbered()).consents == agreed.consents
    assert edit(agreed, replace(DESCRIPTION, kind="Diploma"), ENTRIES, ids=numbered()).consents == ()


@pytest.mark.parametrize("stranger", [MALTA, ITALY_REGION])
def test_neither_its_owner_nor_who_does_not_design_it_consents(stranger: InstitutionRegistered):
    with pytest.raises(NotCompetent):
        consent(JOINT, stranger.institution_id, JOINT.content_hash)


def test_all_of_them_design_qualifications():
    assert missing(JOINT, MALTA) == [("/designed_by_ids/1", "not_competent")]
    only_trains = replace(
        ITALY, competences=tuple(one for one in ITALY.competences if one.function is EcvetFunction.PROVIDES_TRAINING)
    )
    assert missing(JOINT, MALTA, only_trains) == [("/designed_by_ids/1", "not_competent")]


@pytest.mark.parametrize(
    ("designers", "code"),
    [
        ((), ("/designed_by_ids", "owner_and_others")),
        (BOTH[:1], ("/designed_by_ids", "owner_and_others")),
        (BOTH[1:], ("/designed_by_ids", "owner_and_others")),
        ((*BOTH, BOTH[1]), ("/designed_by_ids/2", "duplicate")),
    ],
)
def test_a_joint_qualification_is_designed_by_its_owner_and_others(designers: Any, code: tuple[str, str]):
    wrong = replace(DESCRIPTION, designed_by_ids=designers)
    with pytest.raises(Validation) as refused:
        draft(wrong, [], owner=institution(), ids=numbered())
    assert code in codes(refused)
    with pytest.raises(Validation) as refused:
        edit(JOINT, wrong, ENTRIES, ids=numbered())
    assert code in codes(refused)
