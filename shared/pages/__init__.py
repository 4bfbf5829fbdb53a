"""Pages for people: rendered here, of one layout and style, without scripts, readable by every browser and reader.

A service keeps its templates in a folder of its own; each begins with `{% extends "layout.html" %}`. Pages that need a
signed-in person are under `/pages/` in each service (`shared.pages.signing_in`).
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STYLE = (HERE / "style.css").read_text()
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {"Content-Security-Policy": f"{POLICY}; form-action 'none'", "Vary": "Accept"}
"""Nothing is loaded and nothing runs; the style is allowed because it is this one."""
HEADERS_WITH_FORMS = {"Content-Security-Policy": f"{POLICY}; form-action 'self'", "Vary": "Cookie"}
QUALITY = re.compile(r";\s*q=([01](?:\.[0-9]{0,3})?)")


class Pages:
    def __init__(self, folder: Path) -> None:
        """`folder` is where the templates of a service are."""
        loader = FileSystemLoader([folder, HERE])
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def answer(self, template: str, **values: Any) -> HTMLResponse:
        """A page to read, for everybody."""
        return HTMLResponse(self._render(template, values), headers=HEADERS)

    def answer_to_person(self, template: str, path: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page under `/pages/` for somebody who is signed in; it may have forms."""
        page = self._render(template, values | {"top": way_to_top(path)})
        return HTMLResponse(page, status, headers=HEADERS_WITH_FORMS)

    def _render(self, template: str, values: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(style=STYLE, **values)


def way_to_top(path: str) -> str:
    """From a page to `/pages/`: links are relative, for a service does not know under which prefix it answers."""
    return "../" * (path.count("/") - 2) or "./"


def wants_page(accept: str) -> bool:
    """Whether the caller names HTML, and likes it no less than JSON: a browser does (RFC 9110, 12.5.1)."""
    likes = dict.fromkeys(("text/html", "application/json"), 0.0)
    for offered in accept.lower().split(","):
        media_type, quality = offered.partition(";")[0].strip(), QUALITY.search(offered)
        likes[media_type] = float(quality[1]) if quality else 1.0
    return 0 < likes["text/html"] >= likes["application/json"]
