"""What a qualification needs before everybody may build on it (domain.md 2.6, 4.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.catalogue.domain.accumulation import check_accumulation
from services.catalogue.domain.checks import check_period
from services.catalogue.domain.comparabilities import Comparability, check_still_true
from services.catalogue.domain.facts import say
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.joint_design import Consent, check_joint
from services.catalogue.domain.nqf import check_nqf_level
from services.catalogue.domain.qualifications import (
    TRANSITIONS,
    Qualification,
    QualificationCommand,
    QualificationVersion,
)
from services.catalogue.domain.shared_units import check_shared
from services.catalogue.domain.units import check_units
from shared.contracts.catalogue import EcvetFunction, QualificationPublished, Unit
from shared.problems import Error, NotCompetent, StaleApproval, error, refuse
from shared.transitions import following


def consent(qualification: Qualification, by: UUID, content_hash: str) -> Qualification:
    """That its awarding body, or who designs it with the owner, agrees to this content's being published."""
    state = following(TRANSITIONS, qualification.state, QualificationCommand.CONSENT)
    if by == qualification.owner_id or by not in qualification.readers:
        raise NotCompetent("Its awarding body consents, and who designs it together with its owner; nobody else.")
    if content_hash != qualification.content_hash:
        raise StaleApproval("Read it again, and consent to the content_hash that you find there.")
    others = tuple(one for one in qualification.consents if one.institution_id != by)
    consents = (*others, Consent(institution_id=by, content_hash=content_hash))
    return replace(qualification, state=state, version=qualification.version + 1, consents=consents)


def publish(
    qualification: Qualification,
    awarding_body: Institution | None,
    *,
    designers: Sequence[Institution],
    elsewhere: Sequence[Unit] = (),
    comparable: Sequence[Comparability] = (),
) -> tuple[Qualification, list[QualificationPublished]]:
    """Or a `Validation` with all that is missing; `awarding_body` is None if no institution has that id.

    `designers` are its owner and who designs it together with the owner, `elsewhere` the units among its own that
    another qualification published first, `comparable` what is declared of its units and still holds.
    """
    state = following(TRANSITIONS, qualification.state, QualificationCommand.PUBLISH)
    refuse(
        [
            *_check(qualification, awarding_body),
            *_check_designers(qualification, designers),
            *check_shared(qualification.units, elsewhere),
            *check_still_true(comparable, qualification),
        ]
    )
    published = replace(qualification, state=state, version=qualification.version + 1)
    return published, [say(QualificationPublished, published)]


def version_of(published: Qualification, at: datetime) -> QualificationVersion:
    """What stays for life of what was just published."""
    return QualificationVersion(published_at=at, superseded_by=None, **vars(published))


def _check(qualification: Qualification, awarding_body: Institution | None) -> Iterator[Error]:
    yield from _check_awarding_body(qualification, awarding_body)
    yield from check_period(qualification.valid_from, qualification.valid_until)
    yield from check_nqf_level(
        qualification.country, qualification.region, qualification.nqf_level, qualification.eqf_level
    )
    yield from check_units(qualification.units)
    yield from check_accumulation(qualification.accumulation, qualification.units)
    yield from _check_points(qualification)


def _check_awarding_body(qualification: Qualification, awarding_body: Institution | None) -> Iterator[Error]:
    if awarding_body is not None and awarding_body.merged_into_id:
        said = f"It was merged into {awarding_body.merged_into_id}, whose id counts now."
        yield error("/awarding_body_id", "merged", said)
    elif awarding_body is None or not awarding_body.holds(EcvetFunction.AWARDS_QUALIFICATIONS):
        yield error("/awarding_body_id", "not_competent", "This is no institution that awards qualifications.")
    elif awarding_body.country != qualification.country:
        # The country decides which policy recognition follows, so it must not be a slip of the pen.
        yield error("/country", "not_the_awarding_body_s", f"Its awarding body is in {awarding_body.country}.")
    elif awarding_body.institution_id not in {qualification.owner_id, *qualification.consented}:
        # Or a school could promise a diploma in the name of who knows nothing of it.
        yield error("/awarding_body_id", "consent_missing", "Its awarding body has not consented to this content.")


def _check_designers(qualification: Qualification, designers: Sequence[Institution]) -> Iterator[Error]:
    """Nobody abroad publishes a country's qualifications alone, nor whoever lost the function since drafting."""
    functions = (EcvetFunction.DESIGNS_QUALIFICATIONS, EcvetFunction.AWARDS_QUALIFICATIONS)
    if not any(one.country == qualification.country and one.holds(*functions) for one in designers):
        said = f"None of those who design it is an institution of {qualification.country} that designs or awards any."
        yield error("/country", "not_a_designer_s", said)
    designed_by_ids, consented = qualification.designed_by_ids or (), qualification.consented
    yield from check_joint(designed_by_ids, qualification.owner_id, designers, consented)


def _check_points(qualification: Qualification) -> Iterator[Error]:
    """Points are optional, but first the qualification's, then its units' (domain.md 4.5)."""
    if qualification.points is None:
        return
    compulsory = [(at, unit.points) for at, unit in enumerate(qualification.units) if unit.compulsory]
    without = [at for at, points in compulsory if points is None]
    for at in without:
        yield error(f"/units/{at}/points", "missing", "The qualification has points, so this compulsory unit has some.")
    total = sum(points for _, points in compulsory if points is not None)
    if not without and total != qualification.points:
        yield error("/points", "sum", f"The compulsory units have {total} points together.")
