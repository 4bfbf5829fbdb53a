import pytest

from services.notifications.domain.answers import WHY, Answer, is_down, is_gone, is_refusal, succeeded, why


def test_an_answer_is_a_success_a_refusal_a_redirect_or_says_that_the_endpoint_is_down():
    for status in range(100, 600):
        answer = Answer(status)
        kinds = [succeeded(answer), is_refusal(answer), is_down(answer), status < 200 or 300 <= status < 400]
        assert sum(kinds) == 1, status


def test_only_410_means_gone():
    assert [status for status in range(100, 600) if is_gone(Answer(status))] == [410]


def test_no_answer_means_down():
    assert is_down(Answer(error="TimeoutError"))


@pytest.mark.parametrize(
    ("status", "error", "word"),
    [
        (302, None, "Redirects"),
        (410, None, "disabled"),
        (404, None, "refused"),
        (429, None, "at the moment"),
        (503, None, "at the moment"),
        (None, "ServerDisconnectedError", "connection failed"),
        *((None, error, text.split()[-1]) for error, text in WHY.items()),
    ],
)
def test_every_failure_says_why(status: int | None, error: str | None, word: str):
    assert word in (why(status, error) or "")


def test_a_success_needs_no_reason():
    assert why(204, None) is None
