"""What somebody who was sent a signing link is told when it does not work, and what to do then."""

from dataclasses import dataclass
from typing import Self

from services.agreements.domain.signing_links import OUTDATED, LinkState
from shared.problems import Forbidden, NotFound, Problem, RateLimited, StaleApproval, WrongState

ASK = "Ask your school for a new link."
AGAIN = "Open the link again, and use the button on the page that you see then."
NOTHING = "Nothing was signed by it."
WORDS = {
    LinkState.USED: (
        "This link was used",
        "It has signed what it was made for, and signs once. There is nothing more to do here.",
        "If it was not you who signed, tell your school at once.",
    ),
    LinkState.REVOKED: ("This link was taken back", f"Your school took it back. {NOTHING}", ASK),
    LinkState.EXPIRED: ("The time of this link is over", NOTHING, ASK),
    OUTDATED: (
        "This link is out of date",
        f"What was to be signed has changed, or needs no signature from you any more. {NOTHING}",
        "Ask your school whether there is something else to sign, and for a new link if there is.",
    ),
    NotFound.slug: (
        "This link is not known",
        "Perhaps a part of its address is missing.",
        "Copy the whole address as your school sent it. If that does not help, ask your school for a new link.",
    ),
    RateLimited.slug: (
        "Too many visits at once",
        "This link, or the network that you use, was visited too often within a minute. Nothing was signed just now.",
        "",
    ),
    WrongState.slug: (
        "This cannot be signed now",
        "Nothing was signed. For a learner under age, first the learner signs, and then the guardian.",
        "Open the link again once the learner has signed, or ask your school what is missing.",
    ),
    StaleApproval.slug: ("Nothing was signed", "What you saw is not what is to be signed.", AGAIN),
    Forbidden.slug: ("Nothing was signed", "The button was not the one of the page behind your link.", AGAIN),
}
"""By what became of the link, or by the type of the problem: what is the matter, what it means, what to do."""
ELSE = (
    "This did not work",
    "Perhaps nothing was signed.",
    "Open the link again in a moment: it says whether you have to sign still. If that does not help, tell your school.",
)


@dataclass(frozen=True)
class Refused:
    title: str
    meaning: str
    advice: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        title, meaning, advice = WORDS.get(problem.members.get("because", problem.slug), ELSE)
        wait = problem.headers.get("Retry-After")
        return cls(title, meaning, advice or f"Wait {wait} seconds, and open the link again.")
