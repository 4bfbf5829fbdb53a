"""What an operator sees: structured logs, spans and metrics."""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PROPAGATOR = TraceContextTextMapPropagator()
TRACER = trace.get_tracer("acquis")
RECORDED = ("01", "03")
"""Flags at the end of a traceparent by which whoever began the trace says that it is recorded (W3C Trace Context)."""
ADDRESSES = ("http.target", "http.url", "url.path", "url.full")
"""Attributes by OpenTelemetry's semantic conventions, older and newer."""
SECRET_IN_PATH = re.compile(r"(?<=/)[A-Za-z0-9_-]{43,}")
"""256 bits in base64 take 43 characters, a UUID 36."""
ROW_IN_ERROR = re.compile(r"\nDETAIL: .*?(?=\n\[SQL|\n\nThe above|\n\nDuring|\Z)", re.DOTALL)
"""Where PostgreSQL tells the row that it refused, and with it what people entered."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The Prometheus metrics of one service, in a registry of their own: several services may share a process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        registry, labels = self.registry, {"service": service}
        self.info = Gauge("acquis_service", "Which service this is", list(labels), registry=registry)
        self.info.labels(**labels).set(1)
        self.requests = Histogram(
            "acquis_http_request_seconds",
            "HTTP requests",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self.outbox_size = Gauge("acquis_outbox_size", "Facts that wait to be published", registry=registry)
        self.outbox_age = Gauge("acquis_outbox_age_seconds", "Age of the oldest waiting fact", registry=registry)
        self.published = Counter("acquis_facts_published", "Facts published, by type", ["type"], registry=registry)
        self.reasons = Counter(
            "acquis_fact_reasons", "Reasons that published facts give, by type", ["type", "reason"], registry=registry
        )
        self.consumed = Counter(
            "acquis_events_consumed",
            "Events taken in, by type and result (handled, duplicate, dead)",
            ["type", "result"],
            registry=registry,
        )
        self.handling = Histogram(
            "acquis_handler_seconds",
            "Time a handler took for its batch",
            ["type"],
            buckets=SECONDS,
            registry=registry,
        )
        self.lag = Gauge("acquis_consumer_lag", "Records not yet taken in", ["topic", "partition"], registry=registry)
        self.dead_letters = Counter("acquis_dead_letters", "Events parked as dead letters", registry=registry)
        self.work = Counter(
            "acquis_work_done", "What workers did, by worker and result", ["worker", "result"], registry=registry
        )


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """JSON lines on standard output, ours and the libraries' alike, with the ids that are bound to the context."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_trace_ids,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_rows,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "uvicorn.access", "httpx2", "httpcore2"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def set_up_tracing(name: str, otlp_endpoint: str | None, *exporters: SpanExporter) -> TracerProvider:
    """Record spans and send them to the collector, if there is one, and to any exporter given besides.

    With nowhere to send them none are recorded, but trace ids go on from event to event; `OTEL_TRACES_SAMPLER` says how
    many otherwise (OpenTelemetry's own default: all).
    """
    receivers = [*exporters, *([OTLPSpanExporter(endpoint=otlp_endpoint)] if otlp_endpoint else [])]
    sampler = None if receivers else ParentBased(ALWAYS_OFF)
    provider = TracerProvider(sampler, Resource.create({SERVICE_NAME: name}))
    for receiver in receivers:
        provider.add_span_processor(BatchSpanProcessor(receiver))
    trace.set_tracer_provider(provider)
    return provider


def traceparent_of(span: Span) -> str:
    """W3C Trace Context; a trace of zeros when nothing is being traced, so that the attribute is never missing."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def redact(span: Span, _: Any) -> None:
    """Of addresses a span tells no query, in which people look for names, and no secret, such as that of a link."""
    for name, value in list((getattr(span, "attributes", None) or {}).items()):
        if name in ADDRESSES:
            span.set_attribute(name, SECRET_IN_PATH.sub("…", str(value).partition("?")[0]))
        elif name == "url.query":
            span.set_attribute(name, "")


def current_traceparent() -> str:
    return traceparent_of(trace.get_current_span())


@contextmanager
def continued_trace(name: str, traceparent: str, kind: SpanKind, **attributes: Any) -> Iterator[str]:
    """A span that goes on where the trace was left, made current; what to hand on instead of the traceparent given.

    A trace that nobody records is handed on as it came: to make spans for it costs more than most events do.
    """
    if not traceparent.endswith(RECORDED):
        yield traceparent
        return
    context = PROPAGATOR.extract({"traceparent": traceparent})
    with TRACER.start_as_current_span(name, context=context, kind=kind, attributes=attributes) as span:
        yield traceparent_of(span)


def _without_rows(_: Any, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if "exception" in entry:
        entry["exception"] = ROW_IN_ERROR.sub("", entry["exception"])
    return entry


def _add_trace_ids(_: Any, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"], entry["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return entry
