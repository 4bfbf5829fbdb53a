"""Numbers of decisions from which nothing about fewer than five learners can be computed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.statistics import (
    FEWEST,
    Counted,
    Group,
    GroupBy,
    Numbers,
    Question,
    answer,
    suppressed,
)

IT, FR = ("IT", "it-1"), ("FR", "fr-1")
One = tuple[tuple[str, str], str, str, int]
"""A decision: partner, qualification, month, learner."""


def counted(decisions: Iterable[One]) -> Mapping[Group, Counted]:
    """As the database counts them: in groups of every fineness."""
    learners: dict[Group, list[UUID]] = defaultdict(list)
    for partner, qualification, month, learner in decisions:
        for depth, by_qualification, by_month in product(range(3), range(2), range(2)):
            group = Group(partner[:depth], (qualification,)[:by_qualification], (month,)[:by_month])
            learners[group].append(UUID(int=learner))
    return {group: _counted(of_it) for group, of_it in learners.items()}


def _counted(learners: list[UUID]) -> Counted:
    numbers = dict.fromkeys((field.name for field in fields(Numbers)), 0)
    different = frozenset(learners)
    of_it = Numbers(**numbers | {"decisions": len(learners), "learners": len(different)})  # type: ignore[arg-type] # whole numbers are fine as medians
    return Counted(of_it, different if len(different) < FEWEST else frozenset())


def at(partner: tuple[str, str], learners: range, month: str = "2026-03") -> list[One]:
    return [(partner, "ICT", month, learner) for learner in learners]


def shown(decisions: Iterable[One], question: Question) -> dict[str | None, int | None]:
    """The decisions of each month or partner."""
    return {
        (line.group.month or line.group.partner or (None,))[-1]: line.numbers.decisions if line.numbers else None
        for line in answer(counted(decisions), question)
    }


def test_five_learners_are_shown_and_four_are_not():
    assert shown(at(IT, range(5)), {}) == {None: 5}
    assert shown(at(IT, range(4)), {}) == {None: None}
    assert shown(at(IT, range(4)) * 2, {}) == {None: None}, "learners count, not decisions"


def test_no_other_group_gives_a_small_one_away():
    """All together are nine; with the five the four could be computed."""
    decisions = at(IT, range(5)) + at(FR, range(5, 9))
    assert shown(decisions, {}) == {None: 9}
    assert shown(decisions, {GroupBy.HOST_COUNTRY: None}) == {"IT": None, "FR": None}
    assert shown(decisions, {GroupBy.HOST: None}) == {"it-1": None, "fr-1": None}
    assert shown(decisions, {GroupBy.HOST_COUNTRY: "IT"}) == {"IT": None}, "nor does it if it is asked for alone"


def test_small_groups_that_together_are_large_need_no_other_to_hide_them():
    third = ("DE", "de-1")
    decisions = at(IT, range(5)) + at(FR, range(5, 8)) + at(third, range(8, 11))
    assert shown(decisions, {GroupBy.HOST: None}) == {"it-1": 5, "fr-1": None, "de-1": None}


def test_the_same_few_learners_in_two_groups_are_still_few():
    third = ("DE", "de-1")
    decisions = at(IT, range(5)) + at(FR, range(5, 8)) + at(third, range(5, 8))
    assert shown(decisions, {GroupBy.HOST: None}) == {"it-1": None, "fr-1": None, "de-1": None}


def test_a_partner_is_not_given_away_by_its_country_nor_by_its_months():
    other = ("IT", "it-2")
    decisions = at(IT, range(8)) + at(other, range(8, 14)) + at(other, range(14, 16), "2026-04")
    assert shown(decisions, {GroupBy.HOST_COUNTRY: None}) == {"IT": 16}
    assert shown(decisions, {GroupBy.MONTH: None}) == {"2026-03": None, "2026-04": None}
    assert shown(decisions, {GroupBy.HOST: "it-2", GroupBy.MONTH: None})["2026-04"] is None


def test_a_question_for_one_group_is_answered_with_that_one():
    decisions = at(IT, range(5)) + at(FR, range(5, 11), "2026-04")
    assert shown(decisions, {GroupBy.MONTH: "2026-04"}) == {"2026-04": 6}
    [line] = answer(counted(decisions), {GroupBy.MONTH: None, GroupBy.HOST: "it-1"})
    assert line.group == Group(IT, (), ("2026-03",))


PARTNERS = [IT, ("IT", "it-2"), FR]
DECISIONS = st.lists(
    st.tuples(
        st.sampled_from(PARTNERS),
        st.sampled_from(["ICT", "CARE"]),
        st.sampled_from(["2026-03", "2026-04"]),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=60,
)


@given(DECISIONS)
def test_whatever_is_asked_no_sum_has_a_single_unknown_or_few_learners_left_over(decisions: list[One]):
    groups = counted(decisions)
    hidden = suppressed(groups)
    parts: dict[tuple[str, Group], list[Group]] = defaultdict(list)
    learners: dict[Group, set[int]] = defaultdict(set)
    for partner, qualification, month, learner in decisions:
        for depth, by_qualification, by_month in product(range(3), range(2), range(2)):
            learners[Group(partner[:depth], (qualification,)[:by_qualification], (month,)[:by_month])].add(learner)
    for group in groups:
        assert group in hidden or len(learners[group]) >= FEWEST
        for member, whole in group.wholes:
            parts[member, whole].append(group)
    for (_, whole), of_it in parts.items():
        unknown = [part for part in of_it if part in hidden]
        if whole in hidden:
            assert unknown, "the parts add up to what is hidden"
        elif unknown:
            assert len(unknown) > 1
            assert len(set().union(*(learners[part] for part in unknown))) >= FEWEST
