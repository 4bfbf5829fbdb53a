"""What a qualification needs before everybody may build on it (domain.md 2.6, 4.5)."""

from collections.abc import Iterator
from dataclasses import replace

from services.catalogue.domain.checks import check_period, check_unique
from services.catalogue.domain.facts import say
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.nqf import check_nqf_level
from services.catalogue.domain.qualifications import TRANSITIONS, Qualification, QualificationCommand
from shared.contracts.catalogue import EcvetFunction, QualificationPublished, Unit
from shared.problems import Error, error, refuse
from shared.transitions import following


def publish(
    qualification: Qualification, awarding_body: Institution | None
) -> tuple[Qualification, list[QualificationPublished]]:
    """Or a `Validation` with all that is missing; `awarding_body` is None if no institution has that id."""
    state = following(TRANSITIONS, qualification.state, QualificationCommand.PUBLISH)
    refuse(_check(qualification, awarding_body))
    published = replace(qualification, state=state, version=qualification.version + 1)
    return published, [say(QualificationPublished, published)]


def _check(qualification: Qualification, awarding_body: Institution | None) -> Iterator[Error]:
    yield from _check_awarding_body(qualification, awarding_body)
    yield from check_period(qualification.valid_from, qualification.valid_until)
    yield from check_nqf_level(qualification.country, qualification.nqf_level, qualification.eqf_level)
    if not qualification.units:
        yield error("/units", "missing", "A qualification has at least one unit.")
    yield from check_unique((f"/units/{at}/code", unit.code) for at, unit in enumerate(qualification.units))
    for at, unit in enumerate(qualification.units):
        yield from _check_unit(unit, f"/units/{at}")
    yield from _check_points(qualification)


def _check_awarding_body(qualification: Qualification, awarding_body: Institution | None) -> Iterator[Error]:
    if awarding_body is None or not awarding_body.holds(EcvetFunction.AWARDS_QUALIFICATIONS):
        yield error("/awarding_body_id", "not_competent", "This is no institution that awards qualifications.")
    elif awarding_body.country != qualification.country:
        # The country decides which policy recognition follows, so it must not be a slip of the pen.
        yield error("/country", "not_the_awarding_body_s", f"Its awarding body is in {awarding_body.country}.")


def _check_unit(unit: Unit, pointer: str) -> Iterator[Error]:
    yield from check_period(unit.valid_from, unit.valid_until, pointer)
    if not any(outcome.required for outcome in unit.outcomes):
        # Without a required outcome the unit would be achieved by nobody's having done anything (domain.md R5).
        yield error(f"{pointer}/outcomes", "missing", "A unit has at least one outcome that is required.")
    codes = enumerate(outcome.code for outcome in unit.outcomes)
    yield from check_unique((f"{pointer}/outcomes/{at}/code", code) for at, code in codes)


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
