"""What is said of a memorandum's steps (shared.contracts.agreements)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from services.agreements.domain.memoranda.values import Memorandum
from services.agreements.domain.memorandum_terms import in_order
from services.agreements.domain.reference import Institution
from shared.contracts.agreements import Concerned, MemorandumActivated, MemorandumStep, Party

Institutions = Mapping[UUID, Institution]
Step = TypeVar("Step", bound=MemorandumStep)
Content = TypeVar("Content", bound=MemorandumActivated)


def step(
    fact: type[Step],
    memorandum: Memorandum,
    institutions: Institutions,
    by_id: UUID | None,
    occurred_on: date,
    **more: Any,
) -> Step:
    """To be told to all that are or were parties."""
    return fact(
        memorandum_id=memorandum.id,
        version=memorandum.version,
        parties=tuple(
            Concerned(institution_id=party_id, country=institutions[party_id].country)
            for party_id in sorted(memorandum.party_ids)
        ),
        by_id=by_id,
        occurred_on=occurred_on,
        **more,
    )


def content(fact: type[Content], memorandum: Memorandum, institutions: Institutions, activated_on: date) -> Content:
    """The whole content that is in force now."""
    terms = in_order(memorandum.terms)
    return fact(
        memorandum_id=memorandum.id,
        version=memorandum.version,
        **memorandum.revision.said(),
        parties=tuple(
            Party(
                institution_id=party.institution_id,
                country=institutions[party.institution_id].country,
                functions=party.functions,
            )
            for party in terms.parties
        ),
        qualifications=tuple(covered.said() for covered in terms.qualifications),
        automatic_recognition=terms.automatic_recognition,
        two_person_rule=terms.two_person_rule,
        activated_on=activated_on,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        responsible=terms.responsible,
        minimum_days=terms.minimum_days,
        maximum_days=terms.maximum_days,
        renews_id=terms.renews_id,
    )
