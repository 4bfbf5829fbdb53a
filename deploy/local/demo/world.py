"""The demo world of sample-data.md: fictional partners, their qualifications, what is comparable, country policies.

Only data; `story.py` sends it through the API.
"""

from typing import Any

VALID = {"valid_from": "2024-01-01", "valid_until": None}
LAW = "Demo education act, section 1"
TRAINS = ("provides_training", "assesses")
RECOGNISES = ("designs_qualifications", "validates", "recognises")
KINDS = {"K": "knowledge", "S": "skill", "RA": "responsibility_and_autonomy"}


def _institution(name: str, country: str, oid: str, *functions: str) -> dict[str, Any]:
    competences = [{"function": function, "legal_reference": LAW} for function in functions]
    return {"name": name, "country": country, "oid": oid, "pic": None, "competences": competences, "demo": True}


INSTITUTIONS = {
    "mt": _institution("Marsa Vocational Institute", "MT", "E99900001", *TRAINS, *RECOGNISES),
    "fr": _institution("Lycée Pro des Deux Rives", "FR", "E99900002", *TRAINS, *RECOGNISES),
    "it": _institution("Centro Formazione Vesuvio", "IT", "E99900003", *TRAINS, *RECOGNISES),
    "de": _institution("Berufskolleg Nordhafen", "DE", "E99900004", *TRAINS, *RECOGNISES),
    "mt-council": _institution("Maltese Awarding Council", "MT", "E99900005", "awards_qualifications"),
    "fr-authority": _institution("Académie des Deux Rives", "FR", "E99900006", "awards_qualifications"),
    "it-region": _institution("Regione Vesuvio", "IT", "E99900007", "awards_qualifications"),
    "de-chamber": _institution("Kammer Nordhafen", "DE", "E99900008", "awards_qualifications"),
    "labels": _institution("European Quality Label Office", "MT", "E99900009", "assures_quality"),
}


def _policy(country: str, recognition: str, **differences: Any) -> dict[str, Any]:
    usual = {
        "country": country,
        "unit_recognition": recognition,
        "accumulation": recognition != "no",
        "final_exam_only": False,
        "grade_transfer": True,
        "points_used": False,
        "max_share_abroad": None,
        "appeal_days": 30,
        "minimum_age": 16,
        "legal_reference": LAW,
        **VALID,
    }
    return usual | differences


POLICIES = {
    "mt": _policy("MT", "yes", points_used=True),
    "fr": _policy("FR", "yes", max_share_abroad="0.50"),
    "it": _policy("IT", "partial"),
    "de": _policy("DE", "no", final_exam_only=True),
}


def _unit(code: str, title: str, points: str | None, hours: int | None, **outcomes: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": {"en": title},
        "eqf_level": 4,
        "compulsory": True,
        "points": points,
        "notional_hours": hours,
        "outcomes": [
            {"code": f"{code}.{kind}", "kind": KINDS[kind], "statement": {"en": statement}}
            for kind, statement in outcomes.items()
        ],
        **VALID,
    }


def _qualification(
    title: str, country: str, isced_f: str, points: str | None, *units: dict[str, Any], eqf: int = 4
) -> dict[str, Any]:
    return {
        "country": country,
        "title": {"en": title},
        "eqf_level": eqf,
        "nqf_level": str(eqf),
        "isced_f": isced_f,
        "points": points,
        "units": [unit | {"eqf_level": eqf} for unit in units],
        **VALID,
    }


ICT_UNITS = (
    _unit(
        "U1",
        "User support",
        "30.0",
        750,
        K="Explains the life cycle of a ticket",
        S="Diagnoses a user's fault",
        RA="Decides when to escalate",
    ),
    _unit(
        "U2",
        "Problem handling",
        "25.0",
        625,
        K="Explains methods to find a root cause",
        S="Traces a recurrent fault",
        RA="Keeps the log unaided",
    ),
    _unit(
        "U3",
        "Deployment",
        "30.0",
        750,
        K="Explains install procedures",
        S="Rolls out a workstation image",
        RA="Respects the change window",
    ),
    _unit(
        "U4",
        "System operation",
        "25.0",
        625,
        K="Explains the basics of monitoring",
        S="Restores a backup",
        RA="Reports a risk",
    ),
    _unit(
        "U5",
        "Safe operation",
        "10.0",
        250,
        K="Explains threats and access rules",
        S="Applies a hardening list",
        RA="Protects personal data",
    ),
)

MASONRY_UNITS = (
    _unit("U1", "Read technical plans", "9.0", None, K="Explains the symbols on drawings"),
    _unit("U2", "Marking-out", "16.0", None, S="Sets out axes with a string line"),
    _unit("U3", "Mortar preparation", "14.0", None, S="Mixes mortar to the ratio"),
    _unit("U4", "Masonry techniques", "21.0", None, RA="Keeps the site safe under supervision"),
)

MARKED_UNITS = tuple(
    _unit(f"E{number}", title, None, None, S=f"Passes the exam in {title.lower()}") | {"coefficient": coefficient}
    for number, (title, coefficient) in enumerate(
        (
            ("Installation", "3"),
            ("Maintenance", "2"),
            ("Networks", "4"),
            ("Project", "3"),
            ("English", "1"),
        ),
        start=1,
    )
)
MOBILITY_UNIT = _unit("EF", "Mobility", None, None, RA="Works in a company abroad") | {
    "compulsory": False,
    "bonus": True,
    "credit_validity_years": 5,
}
"""Optional: marks above 10 add to the mean (arrêtés of 30.8.2019, MobilitéPro)."""

WITHOUT_POINTS = tuple(unit | {"points": None} for unit in ICT_UNITS)

QUALIFICATIONS = {
    "mt": ("mt-council", _qualification("ICT Support Technician", "MT", "0612", "120.0", *ICT_UNITS)),
    "fr": ("fr-authority", _qualification("Bac pro, ICT support", "FR", "0612", None, *WITHOUT_POINTS[2:3])),
    "fr bac": (
        "fr-authority",
        _qualification("Bac pro, digital systems", "FR", "0612", None, *MARKED_UNITS, MOBILITY_UNIT),
    ),
    "de": ("de-chamber", _qualification("IT-Fachkraft", "DE", "0612", None, *WITHOUT_POINTS[2:3])),
    "it": ("it-region", _qualification("Operator, ICT systems", "IT", "0612", None, *WITHOUT_POINTS[1:3])),
    "masonry": (
        "it-region",
        _qualification("Construction operator: masonry", "IT", "0732", "60.0", *MASONRY_UNITS, eqf=3),
    ),
}
"""Owner (the institution of the same country, `masonry`: `it`) → awarding body and qualification."""

COMPARABILITIES = {
    "it U3": ("full", "it", "U3", "mt", "U3", ("K", "S", "RA")),
    "it U2": ("partial", "it", "U2", "mt", "U2", ("K", "S")),
    "fr U3": ("full", "fr", "U3", "mt", "U3", ("K", "S", "RA")),
    "fr U3 in de": ("full", "fr", "U3", "de", "U3", ("K", "S", "RA")),
}
"""Extent, host qualification and unit, home qualification and unit, the kinds of outcome that correspond."""
