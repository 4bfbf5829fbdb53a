"""Who is signed in to the pages: a cookie with the very access token that the API takes, so with the same rights.

With a client for pages configured the token comes from the OIDC provider (`shared.pages.provider`), and whoever has
none, or one that has ended, is sent there and back; without one a person enters a token.

The cookie is for `/pages/` alone: the API never looks at it, so no other site can make a browser call the API. It is
`HttpOnly` and `SameSite=Lax`, and a form is taken only from a page of the same origin.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from shared.auth import Principal
from shared.pages import HERE, Pages, way_to_top
from shared.pages.provider import Attempt, SignIn
from shared.problems import Forbidden, NotFound, Problem, Unauthorised, invalid

PATH = "/pages/"
SIGN_IN = f"{PATH}session"
COOKIE = "__Host-acquis"
"""The prefix makes browsers refuse it unless it is `Secure`, for the whole host, and set by this host itself."""
ATTEMPT = f"{COOKIE}-attempt"
MINUTES_TO_SIGN_IN = 10
LONGEST_TOKEN = 3_500
"""Browsers drop a cookie of more than 4,096 bytes without a word."""
MOST_FIELDS = 20
WAY_BACK = re.compile(r"[a-z-]+(/[a-z0-9-]+)*")
"""A page of the same service, written relative to `/pages/`: never another host."""

PAGES = Pages(HERE)


def token_of(path: str, headers: Headers) -> str | None:
    """The access token of whoever calls for a page."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE) if path.startswith(PATH) else None


async def same_origin(request: Request) -> None:
    """`Forbidden` for a form that another site has sent (Fetch Metadata; `Origin` for browsers without it)."""
    if request.method in {"GET", "HEAD"}:
        return
    site = request.headers.get("sec-fetch-site")
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if site != "same-origin" if site else not origin or origin != request.headers.get("host"):
        raise Forbidden("This form was not sent from a page of Acquis.")


async def _form(request: Request) -> dict[str, str]:
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise invalid("", "form", "This is not a form of these pages.") from error


Form = Annotated[dict[str, str], Depends(_form)]
"""The fields of a form, as they were sent."""


def version_in(form: dict[str, str]) -> int:
    """The version of the resource that the page showed: `Validation` if it is none."""
    version = form.get("version", "")
    if not re.fullmatch("[0-9]{1,9}", version):
        raise invalid("version", "missing", "Read the page again and send its form.")
    return int(version)


def refusal(path: str, method: str, problem: Problem) -> Response:
    """What a person gets instead of the page: the way to sign in, or what is wrong."""
    top = path.removeprefix(PATH)
    if isinstance(problem, Unauthorised):
        if method != "GET":  # the page that was read stays behind it, with what was entered
            problem = Unauthorised("You are not signed in any more.")
        else:
            then = f"?then={top}" if WAY_BACK.fullmatch(top) else ""
            return RedirectResponse("../" * top.count("/") + f"session{then}", 303)
    page = PAGES.answer_to_person("problem.html", path, status=problem.status, problem=problem)
    page.headers.update(problem.headers)
    return page


Refusal = Callable[[str, str, Problem], Response]


def pages_router(refuse: Refusal = refusal, route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """For pages of people; what they do is documented where the API does it.

    `refuse` answers what goes wrong on them, for people of whom others than the usual words are understood.
    """

    async def say_so(request: Request) -> None:
        request.state.refuse = refuse

    first = [Depends(say_so), Depends(same_origin)]
    return APIRouter(prefix=PATH.rstrip("/"), dependencies=first, route_class=route_class, include_in_schema=False)


router = pages_router()
"""Signing in and out; each service has these pages."""


@router.get("/session")
async def show_sign_in(request: Request, then: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The way to the provider, or the form for a token."""
    provider: SignIn | None = request.app.state.sign_in
    if provider is None:
        caller: Principal | Problem = request.state.caller
        return _sign_in_page(SIGN_IN, then, signed_in=isinstance(caller, Principal))
    attempt = Attempt.begin(_page(then))
    answer = RedirectResponse(await provider.way_in(attempt), 303)
    answer.set_cookie(ATTEMPT, attempt.cookie(), MINUTES_TO_SIGN_IN * 60, secure=True, httponly=True, samesite="lax")
    return answer


@router.get("/session/callback")
async def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
) -> Response:
    """The person comes from the provider: signed in, if this browser began it."""
    provider: SignIn | None = request.app.state.sign_in
    if provider is None:
        raise NotFound
    try:
        attempt = Attempt.come_back(request.cookies.get(ATTEMPT, ""), state)
        answer = await _signed_in(request, await provider.token(attempt, code), attempt.then)
    except Unauthorised as refused:
        answer = _refused(request, refused)
    answer.delete_cookie(ATTEMPT, secure=True, httponly=True, samesite="lax")
    return answer


@router.post("/session")
async def sign_in(request: Request, form: Form) -> Response:
    """Take the token if it is a valid one."""
    then = form.get("then", "")
    try:
        return await _signed_in(request, form.get("token", "").strip(), then)
    except Unauthorised as refused:
        return _refused(request, refused, then)


@router.post("/session/end")
async def sign_out(request: Request) -> Response:
    """Here, and at the provider, which would let whoever comes next in again without a question."""
    provider: SignIn | None = request.app.state.sign_in
    if provider is None:
        answer: Response = RedirectResponse("../session", 303)
    else:
        # A page between, because a form's redirect must not leave this host (`form-action` of the page's policy).
        way_out = await provider.way_out()
        answer = PAGES.answer_to_person("signed_out.html", request.url.path, way_out=way_out)
        answer.headers.update({"Refresh": f"0;url={way_out}"} if way_out else {})
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    return answer


async def _signed_in(request: Request, token: str, then: str) -> Response:
    if len(token) > LONGEST_TOKEN:
        raise Unauthorised("The access token is too long for a cookie.")
    await request.app.state.authenticator.principal(token)
    answer = RedirectResponse(way_to_top(request.url.path) + _page(then), 303)
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax")
    return answer


def _page(then: str) -> str:
    return then if WAY_BACK.fullmatch(then) else ""


def _refused(request: Request, problem: Unauthorised, then: str = "") -> Response:
    by_provider = request.app.state.sign_in is not None
    return _sign_in_page(request.url.path, then, refused=problem.detail, status=problem.status, by_provider=by_provider)


def _sign_in_page(path: str, then: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    shown = {"refused": "", "signed_in": False, "by_provider": False, **shown}
    return PAGES.answer_to_person("sign_in.html", path, status=status, then=then, **shown)
