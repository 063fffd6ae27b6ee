"""Traces for OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to: FastAPI's own span
of each request, and one of each photo in it. Nothing of that is imported otherwise.

What is exported says no more of a visitor than the log does.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lookalike.faces.photo import Photo
from lookalike.watch.logs import discreet

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_NS = 1_000_000
_LOG = logging.getLogger("lookalike")

# Told of each photo when it was looked at, in the context of its request.
Told = Callable[[Photo], None]


class Traces:
    """Those of one app; none where nobody asked for them."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        wanted = any(environ.get(each) for each in _VARIABLES)
        self._provider = _provider(environ) if wanted else None

    @property
    def options(self) -> Any:
        """What FastAPI is told. It measures and logs nothing itself, and looks for no settings of
        its own."""
        return {
            "auto_configure": False,
            "tracing": self._provider is not None,
            "tracer_provider": self._provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
        }

    def photo(self, photo: Photo) -> None:
        """A photo that was just looked at: a span with the milliseconds of each step."""
        if self._provider is None:
            return
        steps = asdict(photo.timings)
        now = time.time_ns()
        span = self._provider.get_tracer("lookalike").start_span(
            "photo",
            start_time=now - int(sum(steps.values()) * _NS),
            attributes={
                "faces": len(photo.faces),
                "format": photo.format,
                **{f"{name}_ms": round(each, 2) for name, each in steps.items()},
            },
        )
        span.end(now)

    def close(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            self._provider.shutdown()


def _provider(environ: Mapping[str, str]) -> TracerProvider | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _LOG.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends traces is not installed: "
            "pip install 'lookalike[traces]'."
        )
        return None

    class Discreet(SpanProcessor):
        """Takes out of a span what the log does not hold either."""

        def on_start(self, span: Span, parent_context: Any = None) -> None:
            known = span.attributes or {}
            if "url.path" in known:
                span.set_attribute("url.path", discreet(str(known["url.path"])))
            if "url.query" in known:
                span.set_attribute("url.query", "…")

        def on_end(self, span: ReadableSpan) -> None:
            """Nothing is left to do."""

    named = {"service.name": environ.get("OTEL_SERVICE_NAME", "lookalike")}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(Discreet())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
