"""What the page behind a signing link says."""

from pathlib import Path

import pytest
from pydantic import BaseModel

import services.agreements
from services.agreements.api import learning_agreement_terms as terms
from services.agreements.api import stay_bodies as stays
from services.agreements.api.signing_link_bodies import AccountAnswer, TermsAnswer
from services.agreements.api.signing_link_words import ELSE, WORDS, Refused
from services.agreements.domain.signing_links import OUTDATED, LinkState
from shared.problems import Gone, RateLimited, Unavailable

PAGES = Path(services.agreements.__file__).parent / "pages"
SHOWN: list[tuple[str, str, type[BaseModel]]] = [
    ("terms.html", "terms", TermsAnswer),
    ("terms.html", "unit", terms.UnitAbroadBody),
    ("terms.html", "pair", terms.OutcomePairBody),
    ("terms.html", "unit.recognition", terms.RecognitionPlanBody),
    ("terms.html", "terms.language", terms.LanguageBody),
    ("terms.html", "terms.progress", terms.ProgressBody),
    ("terms.html", "activity", terms.LearningActivityBody),
    ("terms.html", "plan", terms.AssessmentPlanBody),
    ("account.html", "account", AccountAnswer),
    ("account.html", "evaluation", stays.EvaluationBody),
    ("account.html", "one", stays.BreakBody),
]


@pytest.mark.parametrize(("page", "whole", "model"), SHOWN)
def test_all_that_a_signature_is_over_stands_on_the_page(page: str, whole: str, model: type[BaseModel]):
    template = (PAGES / page).read_text()
    assert [field for field in model.model_fields if f"{whole}.{field}" not in template] == []


def test_whatever_became_of_a_link_its_holder_is_told_what_to_do():
    for because in {*LinkState, OUTDATED} - {LinkState.OPEN}:
        assert Refused.of(Gone("", because=because)).title == WORDS[because][0]
    assert Refused.of(RateLimited(7)).advice == "Wait 7 seconds, and open the link again."
    assert Refused.of(Unavailable()).title == ELSE[0]
