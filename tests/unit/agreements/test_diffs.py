from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from services.agreements.domain.diffs import Difference, differences
from services.agreements.domain.memorandum_content import Enclosure
from shared.canonical import content_hash
from tests.support.agreeing import HOME, HOST, MEMORANDUM_TERMS
from tests.support.builders.catalogue import ITALY_REGION

TERMS = MEMORANDUM_TERMS


def test_a_difference_names_its_place_with_before_and_after():
    after = replace(TERMS, two_person_rule=True, maximum_days=90)
    assert differences(TERMS, after) == [
        Difference("/maximum_days", None, 90),
        Difference("/two_person_rule", before=False, after=True),
    ]


def test_items_of_a_list_are_compared_by_their_key_and_not_by_their_place():
    joining = replace(TERMS.parties[1], institution_id=ITALY_REGION.institution_id, functions=())
    fewer = replace(TERMS.parties[1], functions=TERMS.parties[1].functions[:1])
    gone = TERMS.parties[1].functions[1]
    found = differences(TERMS, replace(TERMS, parties=(joining, fewer, TERMS.parties[0])))
    region = str(ITALY_REGION.institution_id)
    expected = [
        Difference(f"/parties/{region}", None, {"institution_id": region, "functions": []}),
        Difference(f"/parties/{HOST}/functions/{gone}", gone.value, None),
    ]
    assert found == sorted(expected, key=lambda difference: difference.path)
    assert str(HOME) not in str(found)


def test_a_list_that_comes_is_shown_whole_and_a_slash_in_a_key_is_escaped():
    grids = Enclosure(title={"en": "Grids"}, uri="https://a.example/b", sha256="0" * 64)
    one, two = replace(TERMS, enclosures=(grids,)), replace(TERMS, enclosures=(replace(grids, sha256="1" * 64),))
    (come,) = differences(TERMS, one)
    assert (come.path, come.before, len(come.after)) == ("/enclosures", None, 1)
    (changed,) = differences(one, two)
    assert changed.path == "/enclosures/https:~1~1a.example~1b/sha256"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@example({"a": False}, {"a": 0})
@example({"a": []}, {"a": {}})
@given(VALUES, VALUES)
def test_what_differs_not_has_the_same_hash(before: object, after: object):
    assert (differences(before, after) == []) is (content_hash(before) == content_hash(after))
