"""OpenTelemetry: masks spans on their way out.

>>> from opentelemetry.sdk.trace import TracerProvider
>>> from opentelemetry.sdk.trace.export import SimpleSpanProcessor
>>> from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
>>> from spanmask import Policy
>>> from spanmask.otel import MaskingSpanExporter
>>> exporter = InMemorySpanExporter()
>>> provider = TracerProvider()
>>> provider.add_span_processor(SimpleSpanProcessor(MaskingSpanExporter(exporter, Policy("preset:default"))))
>>> with provider.get_tracer("app").start_as_current_span("ask", attributes={"to": "jo@example.com"}):
...     pass
>>> dict(exporter.get_finished_spans()[0].attributes)
{'to': '[REDACTED_EMAIL]'}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ._adapter import needs
from ._spanmask import Policy

try:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
except ImportError as error:
    raise needs("otel", error) from error

from ._otlp import SpanMasker

__all__ = ["MaskingSpanExporter", "MaskingSpanProcessor", "MaskingTracerProvider"]


class MaskingSpanExporter(SpanExporter):
    """Masks all that a span exporter exports, and hands it to that exporter.

    Resource, instrumentation scope, names, attributes of every type, events with the exceptions in them, links and the message
    of the status are masked. Ids, times, kinds, names of attributes and URLs of schemas stay. A trace state in which something
    matches is left out. Bytes that are no UTF-8 text become empty.

    A span that cannot be masked keeps ids, times, kind and status code; its name is ``[REDACTED]``, and its only attribute,
    ``spanmask.failed``, says why. The application's spans never change: a span is copied when something in it matched.
    """

    def __init__(self, exporter: SpanExporter, policy: Policy) -> None:
        self._exporter = exporter
        self._masker = SpanMasker(policy, "spanmask.otel")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([self._masker.mask(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class MaskingSpanProcessor(SpanProcessor):
    """Masks what a span processor gets when a span ends, as :class:`MaskingSpanExporter` does.

    For processors that make their exporter themselves. It masks on the thread that ends the span, and so costs the application
    more than an exporter does. When a span starts, the processor gets the span itself, unmasked.
    """

    def __init__(self, processor: SpanProcessor, policy: Policy) -> None:
        self._processor = processor
        self._masker = SpanMasker(policy, "spanmask.otel")

    def on_start(self, span: Span, parent_context: Optional[Context] = None) -> None:
        self._processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        self._processor.on_end(self._masker.mask(span))

    def shutdown(self) -> None:
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._processor.force_flush(timeout_millis)


class MaskingTracerProvider(TracerProvider):
    """A tracer provider, each of whose span processors gets masked spans, whoever adds it.

    For SDKs that add a processor of their own: ``Langfuse(tracer_provider=MaskingTracerProvider(policy))``. Takes what
    ``TracerProvider`` takes.
    """

    def __init__(self, policy: Policy, **options: Any) -> None:
        super().__init__(**options)
        self._policy = policy

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Adds a processor, which gets what is masked."""
        if not isinstance(span_processor, MaskingSpanProcessor):
            span_processor = MaskingSpanProcessor(span_processor, self._policy)
        super().add_span_processor(span_processor)
