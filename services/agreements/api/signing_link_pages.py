"""The page behind a signing link: who has no account, and no program to call an API with, reads and signs on it."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.agreements import handlers, store
from services.agreements.api.signing_link_bodies import OpenedLinkAnswer
from services.agreements.api.signing_link_words import Refused
from services.agreements.api.signing_links import BY_SECRET, From, limited, signed_by
from services.agreements.domain.revisions import Seen
from services.agreements.domain.signing_links import comes_too_early, put_to_signature
from services.agreements.handlers.signing_links import hash_of
from services.agreements.store import Titles
from shared import idempotency, iso_codes
from shared.pages import Pages
from shared.pages.signing_in import Form, pages_router, version_in
from shared.problems import Problem, invalid
from shared.web import ANYBODY, PublicTransaction, Route

PAGES = Pages(Path(__file__).parents[1] / "pages")
LIMITED = [Depends(limited)]
ENGLISH = "en"


def refuse(path: str, _: str, problem: Problem) -> Response:
    """In the words of somebody who was sent a link, with what to do about it."""
    refused = PAGES.answer_to_person("link_refused.html", path, status=problem.status, refused=Refused.of(problem))
    refused.headers.update(problem.headers)
    return refused


router = pages_router(refuse, Route)


async def _claim_form(request: Request, tx: PublicTransaction, form: Form) -> None:
    """The key on the form: who clicks twice, or sends the form again, gets the first answer."""
    if not (key := form.get("key")):
        raise invalid("key", "missing", "Open the link again, and use the button there.")
    request.state.claim = await idempotency.claim(tx, request, ANYBODY, key, form, patient=True)


FormKey = Annotated[None, Depends(_claim_form)]


@router.get(BY_SECRET, dependencies=LIMITED)
async def show_signing_link(secret: str, request: Request, tx: PublicTransaction, address: From) -> HTMLResponse:
    """The same that the API shows, with titles in place of ids."""
    opened = await handlers.open_signing_link(tx, secret, address)
    shown, agreement = OpenedLinkAnswer.of(opened), opened.agreement
    terms = agreement.proposal.terms if agreement.proposal else agreement.terms
    _, _, signatures = put_to_signature(agreement)
    return PAGES.answer_to_person(
        "signing_link.html",
        request.url.path,
        shown=shown,
        signatures=signatures,
        too_early=comes_too_early(agreement, opened.link.side),
        institutions=await store.load_institution_names(tx, terms.institution_ids),
        titles=_in_english(await store.load_titles(tx, terms)),
        languages=iso_codes.languages(),
        action=f"{secret}/signature",
        key=secrets.token_urlsafe(),
    )


@router.post(f"{BY_SECRET}/signature", dependencies=LIMITED)
async def sign_on_page(
    secret: str, request: Request, tx: PublicTransaction, address: From, form: Form, _: FormKey
) -> Response:
    await signed_by(request, tx, secret, Seen(version_in(form), form.get("hash", "")), address)
    return RedirectResponse("signature", 303)


@router.get(f"{BY_SECRET}/signature", dependencies=LIMITED)
async def show_signature(secret: str, request: Request, tx: PublicTransaction) -> Response:
    """As often as it is read."""
    link = await store.find_signing_link(tx, hash_of(secret))
    if link.used_at is None:
        return RedirectResponse(f"../{secret}", 303)
    return PAGES.answer_to_person("link_signed.html", request.url.path, link=link)


def _in_english(titles: Titles) -> Mapping[UUID, tuple[str, str]]:
    """Text and language of each title, by id; where there is none in English, in the first of its languages."""
    first = {id_: ENGLISH if ENGLISH in title else min(title) for id_, title in titles.items() if title}
    return {id_: (titles[id_][language], language) for id_, language in first.items()}
