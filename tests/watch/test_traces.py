"""Traces, received by a collector of our own as OpenTelemetry sends them."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from lookalike.watch.traces import Traces
from tests.support import patient
from tests.support.serving import Server, listening

Serve = Callable[..., AbstractContextManager[Server]]
TRACE = "0af7651916cd43dd8448eb211c80319c"
VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"


def collector(found: queue.SimpleQueue[bytes]) -> type[BaseHTTPRequestHandler]:
    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            found.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Collector


def spans(found: queue.SimpleQueue[bytes]) -> list[Span]:
    sent: list[Span] = []
    while not found.empty():
        request = ExportTraceServiceRequest.FromString(found.get())
        for resource in request.resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert named["service.name"] == "lookalike"
            sent += [span for scope in resource.scope_spans for span in scope.spans]
    return sent


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


def test_a_request_and_its_photo_are_sent(
    serve: Serve, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    with listening(collector(found)) as port:
        monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:{port}")
        with serve() as server:
            headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            answer = patient.post(
                f"{server.url}/api/v1/detect",
                files={"photo": photos["obama.jpg"]},
                headers=headers,
            )
            assert answer.status_code == 200
            patient.get(f"{server.url}/r/{'A' * 22}?name=secret")
    by_name = {each.name: each for each in spans(found)}
    request, photo = by_name["POST /api/v1/detect"], by_name["photo"]
    assert request.trace_id.hex() == photo.trace_id.hex() == TRACE
    assert photo.parent_span_id == request.span_id
    assert {"faces", "format", "decode_ms", "embed_ms"} <= set(attributes(photo))
    result = attributes(by_name["GET /r/{result_id}"])
    assert result["url.path"] == "/r/…"
    assert result["url.query"] == "…"
    assert not any("127.0.0.1" in value for name, value in result.items() if "client" in name)


def test_nothing_is_imported_or_sent_where_nobody_asks() -> None:
    assert Traces({}).options["tracing"] is False


def test_what_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    assert Traces({VARIABLE: "http://127.0.0.1:9"}).options["tracing"] is False
    assert "pip install 'lookalike[traces]'" in caplog.text
