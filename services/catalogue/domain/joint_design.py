"""Joint qualifications: several institutions design one, so each agrees to what is published in its name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from services.catalogue.domain.institutions import Institution
from shared.contracts.catalogue import EcvetFunction
from shared.problems import Error, error


@dataclass(frozen=True, kw_only=True)
class Consent:
    """An institution's word for one content, whoever changes it afterwards."""

    institution_id: UUID
    content_hash: str


def check_designers(designed_by_ids: Sequence[UUID] | None, owner_id: UUID) -> Iterator[Error]:
    if designed_by_ids is None:
        return
    yield from check_unique((f"/designed_by_ids/{at}", id_) for at, id_ in enumerate(designed_by_ids))
    if owner_id not in designed_by_ids or len(designed_by_ids) == 1:
        said = "A joint qualification is designed by its owner and others; leave this out for any other one."
        yield error("/designed_by_ids", "owner_and_others", said)


def check_joint(
    designed_by_ids: Sequence[UUID], owner_id: UUID, designers: Sequence[Institution], consented: set[UUID]
) -> Iterator[Error]:
    """`designers` are those of the institutions that are known, `consented` those that agreed to this very content."""
    competent = {one.institution_id for one in designers if one.holds(EcvetFunction.DESIGNS_QUALIFICATIONS)}
    for at, institution_id in enumerate(designed_by_ids):
        pointer = f"/designed_by_ids/{at}"
        if institution_id not in competent:
            yield error(pointer, "not_competent", "This is no institution that designs qualifications.")
        elif institution_id not in {owner_id, *consented}:
            yield error(pointer, "consent_missing", "It has not consented to this content.")
