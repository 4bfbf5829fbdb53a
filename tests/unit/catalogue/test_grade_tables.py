from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.grade_scales import GradeScale
from services.catalogue.domain.grade_tables import (
    GradeTable,
    ShareEntry,
    TableCommand,
    TableContent,
    TableState,
    draft,
    edit,
    publish,
)
from shared.contracts.catalogue import GradeTablePublished
from shared.problems import Validation, WrongState
from tests.support.builders.catalogue import MALTA
from tests.support.builders.catalogue_aggregates import institution
from tests.support.builders.grades import grade_scale, table_content

TODAY = date(2026, 1, 1)
FRENCH = replace(institution(), country="FR")


def a_table(content: TableContent | None = None, scale: GradeScale | None = None) -> GradeTable:
    return draft(content or table_content(), scale or grade_scale(), FRENCH, uuid4())


def pointed_at(content: TableContent, scale: GradeScale | None = None) -> set[tuple[str, str]]:
    with pytest.raises(Validation) as refused:
        a_table(content, scale)
    return {(one["pointer"], one["code"]) for one in refused.value.members["errors"]}


POSSIBLE = {
    (TableState.DRAFT, TableCommand.EDIT): TableState.DRAFT,
    (TableState.DRAFT, TableCommand.PUBLISH): TableState.PUBLISHED,
}


@pytest.mark.parametrize("state", TableState)
@pytest.mark.parametrize("command", TableCommand)
def test_what_is_published_never_changes(state: TableState, command: TableCommand):
    table = replace(a_table(), state=state)

    def act() -> GradeTable:
        if command is TableCommand.EDIT:
            return edit(table, table_content(sample_size=1), grade_scale())
        return publish(table, TODAY)[0]

    if (state, command) in POSSIBLE:
        assert (act().state, act().version) == (POSSIBLE[state, command], 2)
    else:
        with pytest.raises(WrongState) as refused:
            act()
        assert refused.value.members == {"state": "published", "possible": []}


def test_a_publication_says_the_whole_table_best_grade_first():
    content = table_content()
    published, (fact,) = publish(a_table(replace(content, shares=content.shares[::-1])), TODAY)
    assert isinstance(fact, GradeTablePublished)
    assert vars(fact) == {name: value for name, value in vars(published).items() if name != "state"}
    assert [(one.grade.label, one.share) for one in fact.shares][:2] == [
        ("16-20", Decimal("0.10")),
        ("14-15.9", Decimal("0.20")),
    ]
    assert (fact.institution_id, fact.country, fact.grade_scale) == (MALTA.institution_id, "FR", "FR-20")


def test_a_period_that_is_not_over_is_not_published():
    with pytest.raises(Validation, match=r"."):
        publish(a_table(table_content(period_until=date(2026, 1, 2))), TODAY)
    publish(a_table(table_content(period_until=TODAY)), TODAY)


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        (("0.10", "0.20", "0.35", "0.34", "0"), ("/shares", "sum")),
        (("0.10", "0.20", "0.35", "0.3501", "0"), ("/shares", "sum")),
        (("0.10", "0.20", "0.35", "0.35", "0.1"), ("/shares/4/share", "failing")),
    ],
)
def test_shares_of_those_who_passed_are_exactly_1_together(shares, wrong: tuple[str, str]):
    assert wrong in pointed_at(table_content(shares))


@given(st.lists(st.integers(1, 9_999), min_size=4, max_size=4))
def test_whatever_is_accepted_sums_to_1(counts: list[int]):
    shares = [*(f"{count / 10_000:.4f}" for count in counts), "0"]
    whole = sum(counts) == 10_000
    if whole:
        assert sum(one.share for one in a_table(table_content(shares)).shares) == 1
    else:
        assert ("/shares", "sum") in pointed_at(table_content(shares))


def test_each_grade_of_the_scale_is_named_once_and_no_other():
    first, *others = table_content().shares
    assert ("/shares", "missing") in pointed_at(replace(table_content(), shares=tuple(others)))
    assert ("/shares/1/label", "duplicate") in pointed_at(replace(table_content(), shares=(first, first, *others[1:])))
    foreign = ShareEntry(label="A", share=Decimal(0))
    assert ("/shares/0/label", "unknown") in pointed_at(replace(table_content(), shares=(foreign, first, *others)))


@pytest.mark.parametrize(
    "scale", [None, grade_scale(country="DE"), grade_scale(institution_id=uuid4())], ids=["none", "abroad", "foreign"]
)
def test_the_scale_is_the_institution_s_or_its_country_s(scale: GradeScale | None):
    with pytest.raises(Validation) as refused:
        draft(table_content(), scale, FRENCH, uuid4())
    assert refused.value.members["errors"][0]["pointer"] == "/grade_scale_id"
    own = grade_scale(institution_id=FRENCH.institution_id)
    assert a_table(scale=own).grade_scale_id == own.grade_scale_id


def test_a_period_begins_before_it_ends():
    assert pointed_at(table_content(period_until=date(2023, 8, 31))) == {("/period_until", "before_period_from")}


@pytest.mark.parametrize(("size", "small"), [(1, True), (49, True), (50, False)])
def test_a_small_sample_is_flagged_not_refused(size: int, small):
    assert a_table(table_content(sample_size=size)).small_sample is small


@pytest.mark.parametrize(("until", "short"), [(date(2024, 6, 30), True), (date(2025, 6, 30), False)])
def test_less_than_two_academic_years_are_flagged_not_refused(until: date, short):
    assert a_table(table_content(period_until=until)).short_period is short
