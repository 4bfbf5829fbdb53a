import re
from pathlib import Path

import pytest

from shared import problems

PAGES = Path(__file__).parents[3] / "docs" / "problems"
KINDS = problems.all_types()


def test_every_problem_type_has_its_page_and_every_page_its_type():
    assert {page.stem for page in PAGES.glob("*.md")} == {kind.slug for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_the_page_agrees_with_the_type(kind: type[problems.Problem]):
    page = (PAGES / f"{kind.slug}.md").read_text()
    assert page.startswith(f"# {kind.title}\n\n`{kind.slug}`, status {kind.status}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["What it means", "What to do"]


def test_slugs_are_never_used_twice():
    assert len({kind.slug for kind in KINDS}) == len(KINDS)


def test_the_document_is_what_rfc_9457_wants():
    document = problems.WrongState("draft", ["proposal", "deletion"]).document("https://acquis.example/problems")
    assert document == {
        "type": "https://acquis.example/problems/wrong-state",
        "title": "Not possible in this state",
        "status": 409,
        "detail": "The state is draft; possible from here: proposal, deletion.",
        "state": "draft",
        "possible": ["proposal", "deletion"],
    }


def test_who_has_to_wait_is_told_how_long():
    assert problems.RateLimited(7).headers == {"Retry-After": "7"}
    assert problems.Unavailable().headers == {"Retry-After": "2"}


def test_problems_can_be_raised_by_the_domain():
    """The domain may import nothing but the standard library and this module."""
    imported = re.findall(r"^(?:from|import) (\S+)", Path(problems.__file__).read_text(), re.MULTILINE)
    assert set(imported) <= {"collections.abc", "typing"}
