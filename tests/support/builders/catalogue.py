"""The catalogue of the demo world (fictional): an ICT Support Technician in Malta and in Italy, and how they compare.

These are the facts that the catalogue says, with ids that never change; `dataclasses.replace` makes variations.
`catalogue_bodies` makes the requests of them by which they get there.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.catalogue import (
    ComparabilityDeclared,
    Competence,
    CountryPolicyPublished,
    EcvetFunction,
    Extent,
    InstitutionRegistered,
    LearningOutcome,
    OutcomeKind,
    OutcomePair,
    QualificationPublished,
    Unit,
    UnitRecognition,
)

WORLD = UUID("6f9b2c1e-3a52-4d0f-9c57-0d6a1b8e4f20")
SINCE = date(2026, 1, 1)
KINDS = {"K": OutcomeKind.KNOWLEDGE, "S": OutcomeKind.SKILL, "RA": OutcomeKind.RESPONSIBILITY_AND_AUTONOMY}
VET_SCHOOL = (
    EcvetFunction.DESIGNS_QUALIFICATIONS,
    EcvetFunction.PROVIDES_TRAINING,
    EcvetFunction.ASSESSES,
    EcvetFunction.VALIDATES,
    EcvetFunction.RECOGNISES,
)
AWARDING_BODY = (EcvetFunction.AWARDS_QUALIFICATIONS, EcvetFunction.ALLOCATES_POINTS, EcvetFunction.ASSURES_QUALITY)


def an_id(name: str) -> UUID:
    """Always the same for the same name, e.g. `mt/ICT/U3.K`."""
    return uuid5(WORLD, name)


def institution(key: str, name: str, oid: str, *functions: EcvetFunction, law: str) -> InstitutionRegistered:
    """`key` begins with the country: `mt`, `mt-council`."""
    return InstitutionRegistered(
        institution_id=an_id(key),
        version=1,
        name=name,
        country=key[:2].upper(),
        oid=oid,
        pic=None,
        competences=tuple(Competence(function=function, legal_reference=law) for function in functions),
        demo=True,
    )


def country_policy(country: str, **terms: Any) -> CountryPolicyPublished:
    """A country that recognises and accumulates units, unless the terms say otherwise."""
    usual: dict[str, Any] = {
        "country_policy_id": an_id(f"policy/{country}"),
        "version": 2,
        "unit_recognition": UnitRecognition.YES,
        "accumulation": True,
        "final_exam_only": False,
        "grade_transfer": True,
        "points_used": True,
        "max_share_abroad": None,
        "appeal_days": 30,
        "minimum_age": None,
        "legal_reference": f"Demo law of {country}",
        "valid_from": SINCE,
        "valid_until": None,
    }
    return CountryPolicyPublished(country=country, **usual | terms)


def ict_unit(key: str, code: str, title: str, *statements: str, points: int | None = None, hours: int = 0) -> Unit:
    """One outcome for each statement: knowledge, skill, responsibility and autonomy; `key` names the qualification."""
    outcomes = tuple(
        LearningOutcome(
            outcome_id=an_id(f"{key}/{code}.{short}"),
            code=f"{code}.{short}",
            kind=kind,
            statement={"en": statement},
            required=True,
        )
        for (short, kind), statement in zip(KINDS.items(), statements, strict=False)
    )
    return Unit(
        unit_id=an_id(f"{key}/{code}"),
        code=code,
        title={"en": title},
        eqf_level=4,
        compulsory=True,
        points=None if points is None else Decimal(f"{points}.0"),
        notional_hours=hours or None,
        outcomes=outcomes,
        valid_from=SINCE,
        valid_until=None,
    )


def ict_qualification(key: str, awarding_body: InstitutionRegistered, *units: Unit) -> QualificationPublished:
    """Its points are the sum of its units', none if they have none."""
    points = [unit.points for unit in units if unit.points is not None]
    return QualificationPublished(
        qualification_id=an_id(key),
        version=2,
        awarding_body_id=awarding_body.institution_id,
        country=awarding_body.country,
        title={"en": "ICT Support Technician"},
        eqf_level=4,
        nqf_level="4",
        isced_f="0612",
        points=sum(points, Decimal(0)) if points else None,
        units=units,
        valid_from=SINCE,
        valid_until=None,
    )


def comparability(
    home: QualificationPublished, home_code: str, host: QualificationPublished, host_code: str, extent: Extent
) -> ComparabilityDeclared:
    """Outcomes of the two units stand for each other where they are of the same kind."""
    home_unit, host_unit = unit_of(home, home_code), unit_of(host, host_code)
    pairs = tuple(
        OutcomePair(host_outcome_id=theirs.outcome_id, home_outcome_id=ours.outcome_id)
        for ours in home_unit.outcomes
        for theirs in host_unit.outcomes
        if ours.kind is theirs.kind
    )
    return ComparabilityDeclared(
        comparability_id=an_id(f"{host_unit.unit_id} for {home_unit.unit_id}"),
        version=1,
        home_qualification_id=home.qualification_id,
        home_unit_id=home_unit.unit_id,
        host_qualification_id=host.qualification_id,
        host_unit_id=host_unit.unit_id,
        extent=extent,
        outcomes=pairs,
        declared_by=home.awarding_body_id,
        valid_from=SINCE,
        valid_until=None,
    )


def unit_of(qualification: QualificationPublished, code: str) -> Unit:
    return next(unit for unit in qualification.units if unit.code == code)


MALTA_LAW = "Education Act (Cap. 327)"
ITALY_LAW = "Decreto legislativo 13/2013"
MALTA = institution("mt", "Marsa Vocational Institute", "E99900001", *VET_SCHOOL, law=MALTA_LAW)
MALTA_COUNCIL = institution("mt-council", "Malta Awarding Council (demo)", "E99900005", *AWARDING_BODY, law=MALTA_LAW)
ITALY = institution("it", "Centro Formazione Vesuvio", "E99900003", *VET_SCHOOL, law=ITALY_LAW)
ITALY_REGION = institution("it-region", "Regione del Vesuvio (demo)", "E99900007", *AWARDING_BODY, law=ITALY_LAW)
INSTITUTIONS = (MALTA, MALTA_COUNCIL, ITALY, ITALY_REGION)

MALTA_POLICY = country_policy("MT", minimum_age=16, legal_reference=MALTA_LAW)
ITALY_POLICY = country_policy(
    "IT", unit_recognition=UnitRecognition.PARTIAL, points_used=False, legal_reference=ITALY_LAW
)
COUNTRY_POLICIES = (MALTA_POLICY, ITALY_POLICY)

U1 = ("U1", "User support", "Knows the ticket life cycle", "Diagnoses a user's fault", "Decides when to escalate")
U2 = ("U2", "Problem handling", "Knows root-cause methods", "Traces a recurrent fault", "Keeps the log unaided")
U3 = ("U3", "Deployment", "Knows install procedures", "Rolls out a workstation image", "Respects the change window")
U4 = ("U4", "System operation", "Knows the basics of monitoring", "Restores a backup", "Reports a risk")
U5 = ("U5", "Safe operation", "Knows threats and access rules", "Applies a hardening list", "Protects personal data")

MALTA_ICT = ict_qualification(
    "mt/ICT",
    MALTA_COUNCIL,
    ict_unit("mt/ICT", *U1, points=30, hours=750),
    ict_unit("mt/ICT", *U2, points=25, hours=625),
    ict_unit("mt/ICT", *U3, points=30, hours=750),
    ict_unit("mt/ICT", *U4, points=25, hours=625),
    ict_unit("mt/ICT", *U5, points=10, hours=250),
)
ITALY_ICT = ict_qualification(
    "it/ICT",
    ITALY_REGION,
    ict_unit("it/ICT", *U1),
    ict_unit("it/ICT", *U2[:-1]),  # nobody keeps the log unaided there, so it is only part of Malta's U2
    ict_unit("it/ICT", *U3),
    ict_unit("it/ICT", *U4),
    ict_unit("it/ICT", *U5),
)
QUALIFICATIONS = (MALTA_ICT, ITALY_ICT)

COMPARABILITIES = tuple(
    comparability(MALTA_ICT, code, ITALY_ICT, code, Extent.PARTIAL if code == "U2" else Extent.FULL)
    for code in ("U1", "U2", "U3", "U4", "U5")
)
"""What Centro Formazione Vesuvio teaches, in units of Marsa Vocational Institute."""

FACTS = (*INSTITUTIONS, *COUNTRY_POLICIES, *QUALIFICATIONS, *COMPARABILITIES)
"""The whole catalogue, in the order in which it comes about."""
