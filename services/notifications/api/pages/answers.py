from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.pages import Pages

PAGES = Pages(Path(__file__).parents[2] / "pages")
LINKS = [("subscriptions", "Subscriptions"), ("deliveries", "Deliveries")]
TOLD = {
    "tested": "A test was sent. Look at its delivery in a moment.",
    "asked": "A signed ping was sent: once the endpoint answers it, the subscription is active.",
    "queued": "It is queued again.",
    "rest": "The oldest are queued again. There are more: send the rest, too.",
}
"""What a person is told after a form was sent."""


def page(template: str, request: Request, **values: Any) -> HTMLResponse:
    told = TOLD.get(request.query_params.get("told", ""), "")
    return PAGES.answer_to_person(template, request.url.path, links=LINKS, told=told, **values)


def back(to: str, told: str, **values: str) -> RedirectResponse:
    """To the page that shows what was done, so that reading it again sends nothing twice."""
    return RedirectResponse(f"{to}?{urlencode({'told': told} | values)}", 303)
