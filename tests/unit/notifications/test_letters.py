from datetime import UTC, datetime
from itertools import product

import pytest

from services.notifications import letters
from services.notifications.domain import notices
from services.notifications.domain.notices import Kind, Language, Occasion

SINCE, UNTIL = datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)
URL = "https://hooks.school.example/acquis?key=secret"
PAGE = "https://acquis.example/pages/1"


@pytest.mark.parametrize(("kind", "language"), list(product(Kind, Language)))
def test_each_letter_says_what_it_is_about_and_no_more(kind: Kind, language: Language):
    about = Occasion(kind, SINCE, UNTIL if kind is Kind.FAILING else None)
    letter = letters.write(about, URL, language, page=PAGE, days=30)
    assert "hooks.school.example" in letter.subject
    assert "\n" not in letter.subject
    told = ["2026-11-20 08:00 UTC", PAGE, "30", *(["2026-11-25 08:00 UTC"] if about.until else [])]
    assert all(one in letter.text for one in told)
    assert "secret" not in letter.text
    assert "{" not in letter.text
    assert "90" not in letter.text


def test_without_a_page_there_is_no_gap_where_it_would_be():
    letter = letters.write(Occasion(Kind.DISABLED, SINCE), URL, Language.ENGLISH, page=None, days=30)
    assert "\n\n\n" not in letter.text


def test_a_mail_server_gets_five_more_chances():
    attempts = [notices.next_attempt(number, SINCE) for number in range(1, 8)]
    assert attempts == [*(SINCE + delay for delay in notices.DELAYS), None, None]
