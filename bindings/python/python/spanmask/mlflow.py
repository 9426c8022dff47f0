"""MLflow: a span processor for ``mlflow.tracing.configure``.

``mlflow.tracing.configure(span_processors=[processor(policy)])`` masks attributes, names, events, links and status of each
span, and with the root span what MLflow writes about its trace. MLflow exports a span as it is when a processor raises; this
one does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ._adapter import FAILED, REDACTED, Failures, needs
from ._spanmask import Policy

try:
    from mlflow.entities.span import LiveSpan
    from mlflow.tracing.trace_manager import InMemoryTraceManager
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.util import BoundedList
    from opentelemetry.trace import StatusCode
except ImportError as error:
    raise needs("mlflow", error) from error

from ._otlp import SpanMasker

__all__ = ["processor"]

#: What MLflow finds a span's trace by, and what kind it is.
_KEPT = frozenset({"mlflow.experimentId", "mlflow.spanType", "mlflow.traceRequestId"})

#: By it, MLflow reads a trace.
_SCHEMA = "mlflow.trace_schema.version"
#: Texts of a trace.
_PREVIEWS = ("request_preview", "response_preview", "client_request_id")


def processor(policy: Policy) -> Callable[[LiveSpan], None]:
    """A function that masks a span when it ends.

    Attributes are masked as the JSON texts that MLflow keeps, so rules by kind of span (``when: { span_kind: [TOOL] }``) and by
    attribute (``mlflow.spanOutputs``) hold. Of a span that cannot be masked all attributes become ``"[REDACTED]"``; events and
    the message of the status go. Tags and metadata of a trace that are set after its root span has ended do not pass here.

    Raises ``RuntimeError`` when this version of MLflow keeps its spans otherwise, so that they could not be masked.
    """
    masker = SpanMasker(policy, "spanmask.mlflow")
    failures = Failures("spanmask.mlflow")

    def mask_span(span: LiveSpan) -> None:
        try:
            _write(span, masker.mask(span._span))
        except Exception as error:
            failures.tell(error, "a span has lost its attributes")
            _empty(span)
        if span.parent_id is None:
            _mask_trace(policy, failures, span.trace_id)

    _try_out()
    return mask_span


def _write(span: LiveSpan, masked: ReadableSpan) -> None:
    """Writes what was masked into a span that is about to end."""
    live: Any = span._span
    if masked is live:
        return
    attributes = dict(masked.attributes or {})
    if FAILED in attributes and FAILED not in live.attributes:
        _empty(span)
        live.set_attribute(FAILED, json.dumps(attributes[FAILED]))
        return
    for key, value in attributes.items():
        if value is not live.attributes[key] and key not in _KEPT:
            live.set_attribute(key, value)
    if masked.name != live.name:
        live.update_name(masked.name)
    if masked.status.description != live.status.description:
        live.set_status(masked.status)
    # The API of OpenTelemetry only adds to these.
    live._events = _bounded(masked.events, live.dropped_events)
    live._links = _bounded(masked.links, live.dropped_links)
    for ours, link in zip(span._links, masked.links):
        ours.attributes = dict(link.attributes) if link.attributes else None


def _empty(span: LiveSpan) -> None:
    live: Any = span._span
    live._events = _bounded((), 0)
    live._links = _bounded((), 0)
    span._links.clear()
    live.update_name(REDACTED)
    for key in list(live.attributes):
        if key not in _KEPT:
            live.set_attribute(key, json.dumps(REDACTED))
    if live.status.description:
        live.set_status(StatusCode.ERROR, REDACTED)


def _bounded(items: Any, dropped: int) -> Any:
    bounded: Any = BoundedList(None)
    bounded.extend(items)
    bounded.dropped = dropped
    return bounded


def _mask_trace(policy: Policy, failures: Failures, trace_id: str) -> None:
    """Masks what MLflow writes about a trace, once its root span has ended: name, tags, metadata, previews."""
    manager: Any = InMemoryTraceManager
    with manager.get_instance().get_trace(trace_id) as trace:
        if trace is None:
            return
        info = trace.info
        fields = {field: getattr(info, field) for field in _PREVIEWS if getattr(info, field) is not None}
        texts = {"tags": dict(info.tags), "metadata": dict(info.trace_metadata), "fields": fields}
    # All of MLflow waits for that lock, so not while a detector is asked.
    try:
        masked = policy.mask_object(texts)
    except Exception as error:
        failures.tell(error, "a trace has lost its tags and metadata")
        masked = {part: dict.fromkeys(values.keys() - {_SCHEMA}, REDACTED) for part, values in texts.items()}
    with manager.get_instance().get_trace(trace_id):
        info.tags.update(masked["tags"])
        info.trace_metadata.update(masked["metadata"])
        for field, value in masked["fields"].items():
            setattr(info, field, value)


def _try_out() -> None:
    """Empties a span of our own: shows that what MLflow does not promise is where we think that it is."""
    provider = TracerProvider(shutdown_on_exit=False)
    otel = provider.get_tracer("spanmask").start_span("plain", attributes={"a": "plain"})
    otel.add_event("plain", {"a": "plain"})
    try:
        span = LiveSpan(otel, "tr-1")
        _empty(span)
        emptied = (span.name, span.events, dict(span._span.attributes or {})["a"]) == (REDACTED, [], json.dumps(REDACTED))
    except Exception as error:
        raise RuntimeError(f"spanmask.mlflow cannot mask the spans of this version of MLflow: {type(error).__name__}") from None
    if not emptied:
        raise RuntimeError("spanmask.mlflow cannot mask the spans of this version of MLflow")
