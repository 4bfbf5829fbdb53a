"""What an endpoint's answer means."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
LONGEST_RETRY_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """What came of one attempt: the HTTP status, or the class of the error that left none."""

    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    text: str | None = None
    """The beginning of its body."""


def succeeded(answer: Answer) -> bool:
    return answer.status is not None and 200 <= answer.status < 300  # noqa: PLR2004 - the class of success, RFC 9110, 15.3


def is_down(answer: Answer) -> bool:
    """Whether it says nothing about the event, only that the endpoint cannot take any now."""
    return answer.status is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in RETRIED


def asked_to_wait(answer: Answer) -> timedelta:
    """How long the endpoint wants to be left alone, within reason; only one that cannot take any now asks for it."""
    return min(answer.retry_after or timedelta(), LONGEST_RETRY_AFTER) if is_down(answer) else timedelta()


def is_gone(answer: Answer) -> bool:
    """Whether the endpoint says that it wants nothing more, ever (Standard Webhooks)."""
    return answer.status == HTTPStatus.GONE


def is_refusal(answer: Answer) -> bool:
    status = answer.status
    return status is not None and 400 <= status < 500 and status not in RETRIED  # noqa: PLR2004 - RFC 9110, 15.5


WHY = {
    "TargetRefusedError": "The name of the host stands for an address that is not on the public internet.",
    "TimeoutError": "There was no whole answer within 15 seconds.",
    "ConnectionRefusedError": "Nothing listens at this address.",
    "gaierror": "The name of the host has no address.",
    "SSLCertVerificationError": "The certificate is not valid for this host, or nobody vouches for it.",
    "ClientConnectorDNSError": "The name of the host has no address.",
}


def why(status: int | None, error: str | None) -> str | None:
    """What an attempt's result means, for whoever looks for what to mend; None for a success."""
    if status is None:
        return WHY.get(error or "", "The connection failed before there was an answer.")
    answer = Answer(status)
    if succeeded(answer):
        return None
    if is_gone(answer):
        return "The endpoint wants nothing more, ever: the subscription was disabled."
    if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110, 15.4
        return "Redirects are not followed: give the address that answers itself."
    if is_refusal(answer):
        return "The endpoint refused it, and would again: it is not sent again by itself."
    return "The endpoint could not take it at the moment."
