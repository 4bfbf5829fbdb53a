"""A French-style qualification (sample-data.md Q3): weighted by coefficients, with a mobility unit as bonus."""

from dataclasses import replace
from decimal import Decimal

from tests.support.builders.catalogue import AWARDING_BODY, ict_qualification, ict_unit, institution

ACADEMY = institution("fr-academy", "Académie (demo)", "E99900006", *AWARDING_BODY, law="Code de l'éducation (demo)")
COEFFICIENTS = {"E1": 3, "E2": 2, "E3": 4, "E4": 3, "E5": 1}
MARKS = {"E1": "12", "E2": "9", "E3": "14", "E4": "8", "E5": "11"}
"""Their weighted mean is 11.15 (domain.md 4.4)."""

BAC_PRO = ict_qualification(
    "fr/BAC",
    ACADEMY,
    *(
        replace(ict_unit("fr/BAC", code, f"Épreuve {code}", f"Diagnostique {code}"), coefficient=Decimal(coefficient))
        for code, coefficient in COEFFICIENTS.items()
    ),
    replace(ict_unit("fr/BAC", "MOB", "Mobilité", "Travaille à l'étranger"), compulsory=False, bonus=True),
)
