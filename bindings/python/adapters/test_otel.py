"""OpenTelemetry: what leaves through the exporter and the processor, decoded from the wire."""

from __future__ import annotations

import doctest
import logging
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from marks import Marks, leaks, policy, record
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from sink import Sink, attributes

import spanmask.logging
import spanmask.otel
from spanmask import Policy
from spanmask.otel import MaskingSpanExporter, MaskingSpanProcessor, MaskingTracerProvider

Wrap = Callable[[SpanExporter], Any]


def through_exporter(to: SpanExporter, masks: Any) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(MaskingSpanExporter(to, masks)))
    return provider


def fails(marks: Marks) -> None:
    raise ValueError(marks("exception message"))  # so says MARK_exception_stack_trace_END here


def plant(provider: TracerProvider, marks: Marks) -> None:
    """A span with a marker in every field."""
    marks("exception stack trace")
    scope = {"note": marks("scope attribute")}
    tracer = provider.get_tracer(marks("scope name"), marks("scope version"), attributes=scope)
    elsewhere = SpanContext(1, 2, True, TraceFlags(1), TraceState([("vendor", marks("trace state"))]))
    linked = SpanContext(3, 4, True)
    with pytest.raises(ValueError), tracer.start_as_current_span(
        marks("span name"),
        kind=SpanKind.CLIENT,
        links=[Link(linked, {"why": marks("link attribute")})],
        context=_inside(elsewhere),
        attributes={
            "text": marks("string attribute"),
            "json": '{"messages": [{"content": "{\\"deep\\": \\"' + marks("JSON inside JSON") + '\\"}"}]}',
            "list": ["plain", marks("list attribute")],
            "cut": '{"messages": [{"content": "' + marks("JSON that was cut off"),
        },
    ) as span:
        span.set_attribute("bytes", marks("bytes attribute").encode())
        span.add_event(marks("event name"), {"note": marks("event attribute")})
        fails(marks)
    with tracer.start_as_current_span("second") as span:
        span.set_status(Status(StatusCode.ERROR, marks("status message")))


def _inside(context: SpanContext) -> Any:
    from opentelemetry.trace import NonRecordingSpan, set_span_in_context

    return set_span_in_context(NonRecordingSpan(context))


def resource(marks: Marks) -> Resource:
    return Resource({"service.name": "app", "host": marks("resource attribute"), "ports": [80, 81]})


@pytest.mark.parametrize("way", ["exporter", "processor", "tracer provider"])
def test_every_field(way: str, sink: Sink, other: Sink) -> None:
    marks = Marks()
    to, plain = (OTLPSpanExporter(f"{one.url}/v1/traces") for one in (sink, other))
    if way == "tracer provider":
        provider: TracerProvider = MaskingTracerProvider(policy(), resource=resource(marks))
        provider.add_span_processor(BatchSpanProcessor(to))
        bare = TracerProvider(resource=resource(marks))
        bare.add_span_processor(BatchSpanProcessor(plain))
        plant(bare, marks)
        bare.shutdown()
    else:
        provider = TracerProvider(resource=resource(marks))
        provider.add_span_processor(BatchSpanProcessor(plain))
        if way == "exporter":
            provider.add_span_processor(BatchSpanProcessor(MaskingSpanExporter(to, policy())))
        else:
            provider.add_span_processor(MaskingSpanProcessor(BatchSpanProcessor(to), policy()))
    plant(provider, marks)
    provider.shutdown()
    fields = marks.result(sink.text, other.text)
    record("OpenTelemetry, Python", way, version("opentelemetry-sdk"), fields)
    assert not leaks(fields)
    assert len(sink.spans) == 2
    span = sink.span("so says [M] here")
    assert attributes(span)["list"] == ["plain", "so says [M] here"]
    assert attributes(span)["json"] == '{"messages": [{"content": "{\\"deep\\": \\"so says [M] here\\"}"}]}'
    assert span.trace_id == (1).to_bytes(16, "big") and span.parent_span_id == (2).to_bytes(8, "big")
    assert span.links[0].trace_id == (3).to_bytes(16, "big")
    assert {event.name for event in span.events} == {"so says [M] here", "exception"}


def test_names_of_attributes_never_change(sink: Sink) -> None:
    """They are the schema. The page says so."""
    provider = through_exporter(OTLPSpanExporter(f"{sink.url}/v1/traces"), policy())
    with provider.get_tracer("app").start_as_current_span("ask", attributes={"MARK_in_a_name": "clean"}):
        pass
    assert attributes(sink.span("ask")) == {"MARK_in_a_name": "clean"}


def test_nothing_else_changes() -> None:
    """The same span where nothing matched; the same everything but the text where something did."""
    plain, masked = InMemorySpanExporter(), InMemorySpanExporter()
    limits = SpanLimits(max_span_attributes=6, max_events=2, max_links=1)
    provider = TracerProvider(span_limits=limits, resource=Resource({"a": 1}))
    provider.add_span_processor(SimpleSpanProcessor(plain))
    provider.add_span_processor(SimpleSpanProcessor(MaskingSpanExporter(masked, policy())))
    tracer = provider.get_tracer("app", "1.0", "https://schema")
    values = {"gone": 1, "b": True, "i": 7, "f": 1.5, "s": "text", "l": [1, 2], "t": "MARK_x"}
    links = [Link(SpanContext(1, 2, True), {"n": 1}), Link(SpanContext(3, 4, True), {"n": 2})]
    with tracer.start_as_current_span("clean", kind=SpanKind.SERVER, attributes={"a": "b"}):
        pass
    with tracer.start_as_current_span("marked", kind=SpanKind.SERVER, attributes=values, links=links) as span:
        for name in ("one", "two", "three"):
            span.add_event(name, {"n": name})
        span.set_status(Status(StatusCode.ERROR, "why"))
    before, after = plain.get_finished_spans(), masked.get_finished_spans()
    assert after[0] is before[0]
    was, now = before[1], after[1]
    assert now.attributes == {**was.attributes, "t": "[M]"} and now.attributes["l"] == (1, 2)
    for field in ("name", "kind", "context", "parent", "start_time", "end_time", "resource", "instrumentation_scope",
                  "dropped_attributes", "dropped_events", "dropped_links"):  # fmt: skip
        assert getattr(now, field) == getattr(was, field), field
    assert (now.dropped_attributes, now.dropped_events, now.dropped_links) == (1, 1, 1)
    assert (now.status.status_code, now.status.description) == (StatusCode.ERROR, "why")
    assert [(event.name, event.attributes, event.timestamp) for event in now.events] == [
        (event.name, event.attributes, event.timestamp) for event in was.events
    ]
    assert [(link.context, link.attributes) for link in now.links] == [(link.context, link.attributes) for link in was.links]
    assert was.attributes["t"] == "MARK_x", "the application's span changed"


def test_rules_of_the_profile(sink: Sink) -> None:
    """Names of attributes select, kinds of spans do, and what the backend parses stays."""
    rules = {
        "version": 1,
        "profile": "otlp",
        "rules": [
            {"id": "SECRET", "keys": ["*_token"], "types": ["string", "number", "boolean"]},
            {"id": "TOOL", "attributes": ["output.value"], "when": {"span_kind": ["TOOL"]}},
            {"id": "ANY", "pattern": "langfuse|generation"},
        ],
    }
    provider = through_exporter(OTLPSpanExporter(f"{sink.url}/v1/traces"), Policy(rules))
    tracer = provider.get_tracer("app")
    for kind in ("TOOL", "LLM"):
        values = {"openinference.span.kind": kind, "output.value": "42", "api_token": "x", "id_token": 7, "on_token": True}
        with tracer.start_as_current_span(kind, attributes={**values, "langfuse.observation.type": "generation"}):
            pass
    for kind, output in (("TOOL", "[REDACTED]"), ("LLM", "42")):
        assert attributes(sink.span(kind)) == {
            "openinference.span.kind": kind, "output.value": output, "api_token": "[REDACTED]", "id_token": 0,
            "on_token": False, "langfuse.observation.type": "generation",
        }  # fmt: skip


class Broken:
    """A policy that raises what holds text."""

    def mask_object(self, value: Any, **_: Any) -> Any:
        raise RuntimeError(f"cannot mask {value}")


def failing(kind: str) -> Any:
    if kind == "raises":
        return Broken()
    rules = {"version": 1, "profile": "otlp", "rules": [{"id": "A", "detect": "host:d", "fail": "refuse"}]}
    if kind == "refuses":
        return Policy(rules, detectors={"d": lambda text: 1 / 0})
    hang = threading.Event()
    return Policy(rules, detectors={"d": lambda text: [hang.wait() or (0, 0)]}, detector_timeout=0.05)


@pytest.mark.parametrize("kind", ["raises", "refuses", "hangs"])
def test_fails_closed(kind: str, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    marks = Marks()
    provider = TracerProvider(resource=resource(marks))
    provider.add_span_processor(BatchSpanProcessor(MaskingSpanExporter(OTLPSpanExporter(f"{sink.url}/v1/traces"), failing(kind))))
    with caplog.at_level(logging.DEBUG):
        plant(provider, marks)
        provider.shutdown()
    assert not marks.seen(sink.text) and "MARK" not in sink.text and "MARK" not in caplog.text
    assert [span.name for span in sink.spans] == ["[REDACTED]"] * 2
    assert {span.status.code for span in sink.spans} == {2}
    code = {"raises": "RuntimeError", "refuses": "detector", "hangs": "detector"}[kind]
    assert attributes(sink.spans[0]) == {"spanmask.failed": code}
    assert sink.spans[0].trace_id == (1).to_bytes(16, "big")
    assert code in caplog.text


def test_a_detector_that_hangs_masks_whole(sink: Sink) -> None:
    hang = threading.Event()
    rules = {"version": 1, "profile": "otlp", "rules": [{"id": "A", "detect": "host:d"}]}
    masks = Policy(rules, detectors={"d": lambda text: [hang.wait() or (0, 0)]}, detector_timeout=0.05)
    provider = through_exporter(OTLPSpanExporter(f"{sink.url}/v1/traces"), masks)
    with provider.get_tracer("app").start_as_current_span("ask", attributes={"a": "MARK_x", "n": 1}):
        pass
    (span,) = sink.spans
    assert attributes(span) == {"a": "[REDACTED]", "n": 1} and "MARK" not in sink.text


def test_what_no_policy_can_look_into() -> None:
    """Bytes that are no text, and values of types that the SDK does not know."""
    exporter = InMemorySpanExporter()
    masking = MaskingSpanExporter(exporter, policy())
    odd = {"bytes": b"\xff\xfeM", "object": object(), "none": None, "map": {"k": ["MARK_x", b"\xff", 3]}, "same": "text"}
    context = SpanContext(1, 2, False)
    masking.export([ReadableSpan("odd", context=context, attributes=odd)])
    masked = dict(exporter.get_finished_spans()[0].attributes or {})
    assert masked == {"bytes": b"", "object": "[REDACTED]", "none": None, "map": {"k": ("[M]", b"", 3)}, "same": "text"}


def test_threads() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(MaskingSpanExporter(exporter, policy())))
    tracer = provider.get_tracer("app")

    def work(number: int) -> None:
        for _ in range(50):
            with tracer.start_as_current_span("ask", attributes={"a": f"MARK_x {number}"}):
                time.sleep(0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = sorted(str((span.attributes or {})["a"]) for span in exporter.get_finished_spans())
    assert values == sorted(f"[M] {number}" for number in range(8) for _ in range(50))


class Recovers:
    """Fails at first, as a detector does that is late once."""

    def __init__(self) -> None:
        self.calls = 0

    def mask_object(self, value: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls <= 3:
            raise TimeoutError
        return policy().mask_object(value, **options)


def test_a_failure_is_not_kept() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"a": "b"}))
    provider.add_span_processor(SimpleSpanProcessor(MaskingSpanExporter(exporter, Recovers())))
    for _ in range(2):
        provider.get_tracer("app").start_span("ask").end()
    first, second = exporter.get_finished_spans()
    assert (first.name, dict(first.resource.attributes)) == ("[REDACTED]", {})
    assert (second.name, dict(second.resource.attributes)) == ("ask", {"a": "b"})
    assert second.instrumentation_scope is not None and second.instrumentation_scope.name == "app"


@pytest.mark.parametrize("module", [spanmask.otel, spanmask.logging])
def test_docstrings(module: Any) -> None:
    failed, tried = doctest.testmod(module)
    assert failed == 0 and tried > 4
