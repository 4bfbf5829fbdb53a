"""The last spans of this process, so that a trace can be looked at without a collector: `GET /<trace id>`."""

from collections import deque
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

KEPT = 20_000


class SpanLine(BaseModel):
    """One line of a trace: when it began after the first one, how deep it stands, what it is."""

    milliseconds: float
    depth: int
    name: str


class RecentSpans(SpanExporter):
    """Keeps the newest spans in memory."""

    def __init__(self) -> None:
        self._spans: deque[ReadableSpan] = deque(maxlen=KEPT)
        self.provider: TracerProvider | None = None
        self.app = Starlette(routes=[Route("/{trace_id}", self._show)])

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._spans.extend(spans)
        return SpanExportResult.SUCCESS

    def of(self, trace_id: str) -> list[SpanLine]:
        """The spans of one trace (32 hexadecimal digits) in the order in which they began."""
        spans = [span for span in list(self._spans) if span.context and f"{span.context.trace_id:032x}" == trace_id]
        spans.sort(key=lambda span: span.start_time or 0)
        begin = (spans[0].start_time or 0) if spans else 0
        depths: dict[int, int] = {}
        lines = []
        for span in spans:
            depth = depths.get(span.parent.span_id, -1) + 1 if span.parent else 0
            if span.context:
                depths[span.context.span_id] = depth
            milliseconds = ((span.start_time or 0) - begin) / 1e6
            lines.append(SpanLine(milliseconds=milliseconds, depth=depth, name=span.name))
        return lines

    async def _show(self, request: Request) -> JSONResponse:
        if self.provider:
            self.provider.force_flush()
        return JSONResponse([line.model_dump() for line in self.of(request.path_params["trace_id"])])
