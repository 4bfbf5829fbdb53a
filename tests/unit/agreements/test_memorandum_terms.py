from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agreements.domain.memorandum_checks import check_proposable, check_writable
from services.agreements.domain.memorandum_content import OtherOrganisation, Review, SigningOrganisation
from shared.contracts.agreements import AutomaticRecognition, Automation, AutomationConditions, Responsible
from shared.contracts.catalogue import EcvetFunction
from shared.problems import NotCompetent, Validation
from tests.support.agreeing import AT, CONFIRMED, HOME, HOST, KNOWN, MEMORANDUM_TERMS
from tests.support.agreeing import covered_here as covered
from tests.support.builders.catalogue import ITALY_ICT, MALTA_COUNCIL, MALTA_ICT

TERMS, TODAY = MEMORANDUM_TERMS, AT.date()


def errors(problem: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def test_what_is_complete_can_be_proposed():
    check_writable(TERMS, HOME, KNOWN)
    check_proposable(TERMS, KNOWN.institutions, TODAY)


def test_an_id_that_is_not_known_may_only_not_have_arrived_yet():
    stranger, newer = uuid4(), replace(covered(MALTA_ICT), qualification_version=99)
    terms = replace(
        TERMS,
        parties=(*TERMS.parties, SigningOrganisation(stranger, (EcvetFunction.ASSESSES,))),
        qualifications=(newer,),
    )
    with pytest.raises(Validation) as problem:
        check_writable(terms, HOME, KNOWN)
    assert errors(problem) == [
        ("/parties/2/institution_id", "unknown"),
        ("/qualifications/0/qualification_id", "unknown"),
    ]
    assert "may not have arrived yet" in problem.value.members["errors"][0]["detail"]


def test_units_belong_to_their_qualification():
    mixed = replace(covered(MALTA_ICT), unit_ids=(covered(MALTA_ICT).unit_ids[0], covered(ITALY_ICT).unit_ids[0]))
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, qualifications=(mixed,)), HOME, KNOWN)
    assert errors(problem) == [("/qualifications/0/unit_ids/1", "not_in_qualification")]


def test_nobody_drafts_for_others():
    with pytest.raises(Validation) as problem:
        check_writable(TERMS, MALTA_COUNCIL.institution_id, KNOWN)
    assert errors(problem) == [("/parties", "own_institution_missing")]


@pytest.mark.parametrize("name", ["status", "procedures", "conditions", "comparability", "other_actors"])
@pytest.mark.parametrize("given", [None, replace(CONFIRMED, confirmed=False)])
def test_each_of_the_five_confirmations_is_needed(name: str, given):
    confirmations = replace(TERMS.confirmations, **{name: given})
    with pytest.raises(Validation) as problem:
        check_proposable(replace(TERMS, confirmations=confirmations), KNOWN.institutions, TODAY)
    assert errors(problem) == [(f"/confirmations/{name}", "not_confirmed")]


def test_a_memorandum_is_between_countries():
    council = SigningOrganisation(MALTA_COUNCIL.institution_id, ())
    for parties in (TERMS.parties[:1], (TERMS.parties[0], council)):
        with pytest.raises(Validation) as problem:
            check_proposable(replace(TERMS, parties=parties), KNOWN.institutions, TODAY)
        assert errors(problem) == [("/parties", "too_few_countries")]


def test_a_memorandum_covers_something():
    terms = replace(TERMS, qualifications=(), automatic_recognition=())
    with pytest.raises(Validation) as problem:
        check_proposable(terms, KNOWN.institutions, TODAY)
    assert errors(problem) == [("/qualifications", "too_few_qualifications")]


def test_nobody_takes_on_a_function_that_it_is_not_competent_for():
    awarding = replace(TERMS.parties[1], functions=(EcvetFunction.ASSESSES, EcvetFunction.AWARDS_QUALIFICATIONS))
    with pytest.raises(NotCompetent) as problem:
        check_proposable(replace(TERMS, parties=(TERMS.parties[0], awarding)), KNOWN.institutions, TODAY)
    assert problem.value.members == {"institution_id": str(HOST), "functions": ["awards_qualifications"]}


def test_only_who_recognises_opts_in_to_automatic_recognition():
    unit_id = covered(MALTA_ICT).unit_ids[0]
    for institution_id in (HOST, uuid4()):
        entry = AutomaticRecognition(institution_id=institution_id, unit_id=unit_id, policy=Automation.ON)
        with pytest.raises(Validation) as problem:
            check_proposable(replace(TERMS, automatic_recognition=(entry,)), KNOWN.institutions, TODAY)
        assert errors(problem) == [("/automatic_recognition/0/institution_id", "not_recognising")]


def test_automatic_recognition_is_for_covered_units():
    entry = replace(TERMS.automatic_recognition[0], unit_id=uuid4())
    with pytest.raises(Validation) as problem:
        check_proposable(replace(TERMS, automatic_recognition=(entry,)), KNOWN.institutions, TODAY)
    assert errors(problem) == [("/automatic_recognition/0/unit_id", "not_covered")]


def test_a_unit_without_an_entry_is_not_automatic():
    unit_id = covered(MALTA_ICT).unit_ids[0]
    off = AutomaticRecognition(institution_id=HOME, unit_id=unit_id, policy=Automation.OFF)
    assert TERMS.is_automatic(HOME, unit_id)
    assert not TERMS.is_automatic(HOST, unit_id)
    assert not replace(TERMS, automatic_recognition=()).is_automatic(HOME, unit_id)
    assert not replace(TERMS, automatic_recognition=(off,)).is_automatic(HOME, unit_id)


UNIT = covered(MALTA_ICT).unit_ids[0]
RESPONSIBLE = Responsible(
    qualification_id=MALTA_ICT.qualification_id, assesses=(HOST,), validates=(HOME,), recognises=(HOME,)
)


def opted(policy: Automation, conditions: AutomationConditions | None = None) -> tuple[AutomaticRecognition, ...]:
    return (AutomaticRecognition(institution_id=HOME, unit_id=UNIT, policy=policy, conditions=conditions),)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"minimum_days": 30, "maximum_days": 29}, ("/maximum_days", "order")),
        ({"review": Review(review_on=date(2030, 1, 1), reviewed_by=(HOME,))}, ("/review/review_on", "not_valid")),
        (
            {"review": Review(review_on=date(2027, 1, 1), reviewed_by=(UUID(int=1),))},
            ("/review/reviewed_by/0", "unknown"),
        ),
        ({"comparability_ids": (UUID(int=1),)}, ("/comparability_ids/0", "unknown")),
        (
            {"responsible": (replace(RESPONSIBLE, qualification_id=ITALY_ICT.qualification_id),)},
            ("/responsible/0/qualification_id", "not_covered"),
        ),
        ({"responsible": (replace(RESPONSIBLE, assesses=(UUID(int=1),)),)}, ("/responsible/0/assesses/0", "unknown")),
        (
            {"automatic_recognition": opted(Automation.ON_WITH_CONDITIONS)},
            ("/automatic_recognition/0/conditions", "missing"),
        ),
        (
            {"automatic_recognition": opted(Automation.ON_WITH_CONDITIONS, AutomationConditions())},
            ("/automatic_recognition/0/conditions", "missing"),
        ),
        (
            {"automatic_recognition": opted(Automation.ON, AutomationConditions(minimum_days=14))},
            ("/automatic_recognition/0/conditions", "unexpected"),
        ),
        (
            {
                "automatic_recognition": opted(
                    Automation.ON_WITH_CONDITIONS, AutomationConditions(host_ids=(UUID(int=1),))
                )
            },
            ("/automatic_recognition/0/conditions/host_ids/0", "unknown"),
        ),
        (
            {"qualifications": (covered(MALTA_ICT, signatory_ids=(HOME, MALTA_COUNCIL.institution_id)),)},
            ("/qualifications/0/signatory_ids/1", "not_a_party"),
        ),
        (
            {
                "other_organisations": (
                    OtherOrganisation(name="Scuola", country="IT", covered_by=UUID(int=1), institution_id=UUID(int=2)),
                )
            },
            ("/other_organisations/0/institution_id", "unknown"),
        ),
        (
            {"other_organisations": (OtherOrganisation(name="Scuola", country="IT", covered_by=UUID(int=1)),)},
            ("/other_organisations/0/covered_by", "not_a_party"),
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(changes: dict[str, Any], error: tuple[str, str]):
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, **changes), HOME, KNOWN)
    assert errors(problem)[0] == error


def test_what_is_optional_can_all_be_given():
    terms = replace(
        TERMS,
        minimum_days=14,
        maximum_days=14,
        responsible=(RESPONSIBLE,),
        review=Review(review_on=date(2027, 1, 1), reviewed_by=(HOME,)),
        automatic_recognition=opted(Automation.ON_WITH_CONDITIONS, AutomationConditions(second_person=True)),
        comparability_ids=tuple(KNOWN.comparabilities),
    )
    check_writable(terms, HOME, KNOWN)
    check_proposable(terms, KNOWN.institutions, TODAY)


def test_who_is_named_as_responsible_is_competent():
    council = replace(RESPONSIBLE, assesses=(MALTA_COUNCIL.institution_id,))
    with pytest.raises(NotCompetent) as problem:
        check_proposable(replace(TERMS, responsible=(council,)), KNOWN.institutions, TODAY)
    assert problem.value.members["functions"] == ["assesses"]


def test_recognition_with_conditions_is_automatic_too():
    terms = replace(
        TERMS, automatic_recognition=opted(Automation.ON_WITH_CONDITIONS, AutomationConditions(minimum_days=14))
    )
    assert terms.is_automatic(HOME, UNIT)


def test_all_parties_sign_for_a_qualification_unless_some_are_named():
    council = SigningOrganisation(MALTA_COUNCIL.institution_id, ())
    terms = replace(
        TERMS,
        parties=(*TERMS.parties, council),
        qualifications=(covered(MALTA_ICT, signatory_ids=(HOME, HOST)), covered(ITALY_ICT)),
    )
    assert terms.signatories_of(MALTA_ICT.qualification_id) == {HOME, HOST}
    assert terms.signatories_of(ITALY_ICT.qualification_id) == {HOME, HOST, MALTA_COUNCIL.institution_id}
