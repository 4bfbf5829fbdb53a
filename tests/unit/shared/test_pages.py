import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

import pytest
from jinja2 import UndefinedError

from shared.pages import Pages, wants_page, way_to_top

TEMPLATE = (
    '{% extends "layout.html" %}{% block title %}{{ name }}{% endblock %}{% block content %}{{ name }}{% endblock %}'
)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "hello.html").write_text(TEMPLATE)
    return Pages(tmp_path)


def test_whatever_it_says_is_only_text(pages: Pages):
    page = bytes(pages.answer("hello.html", name="<script>alert('x')</script>").body).decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2


def test_nothing_runs_and_no_style_is_allowed_but_its_own(pages: Pages):
    answer = pages.answer("hello.html", name="-")
    style = re.search(r"<style>(.*?)</style>", bytes(answer.body).decode(), re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_value_that_nobody_gave_is_an_error_and_not_a_gap(pages: Pages):
    with pytest.raises(UndefinedError):
        pages.answer("hello.html")


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html", True),
        ("application/json;q=0.5, TEXT/HTML;q=0.6", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
        ("text/html;q=x;;,,", True),
    ],
)
def test_who_names_html_first_gets_a_page(accept: str, page):
    assert wants_page(accept) is page


@pytest.mark.parametrize("path", ["/pages/", "/pages/session", "/pages/subscriptions/1", "/pages/subscriptions/1/ping"])
@pytest.mark.parametrize("prefix", ["", "/notifications"])
def test_links_lead_to_the_top_whatever_the_prefix(path: str, prefix: str):
    assert urljoin(prefix + path, way_to_top(path)) == f"{prefix}/pages/"


def test_a_page_for_a_person_may_have_forms_that_stay_here(pages: Pages):
    answer = pages.answer_to_person("hello.html", "/pages/hello", name="-")
    assert "form-action 'self'" in answer.headers["content-security-policy"]
