"""What is told of a request to who collects traces."""

from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN

from shared.telemetry import redact

SECRET, ID = "s" * 43, str(uuid4())


@pytest.mark.asyncio
async def test_neither_secrets_nor_names_are_told():
    spans, provider, app = InMemorySpanExporter(), TracerProvider(), FastAPI()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, server_request_hook=redact)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://api.test") as http:
        for path in (f"/v1/links/{SECRET}/signature", f"/pages/links/{SECRET}", f"/v1/learners/{ID}?name=Zammit"):
            await http.get(path)
    told = str([dict(span.attributes or {}) for span in spans.get_finished_spans()])
    assert "/v1/links/…/signature" in told
    assert "/pages/links/…" in told
    assert ID in told
    assert SECRET not in told
    assert "Zammit" not in told


def test_a_span_that_nobody_records_has_nothing_to_hide():
    redact(INVALID_SPAN, {})
