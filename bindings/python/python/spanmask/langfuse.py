"""Langfuse: functions for the hooks of its SDK, and an exporter that covers what they miss.

``Langfuse(span_exporter=exporter(policy))`` masks all that leaves as a span, from version 4 of the SDK on. Before, give it
``tracer_provider=spanmask.otel.MaskingTracerProvider(policy)``. The hooks see less: docs/hooks.md says what.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Optional, Protocol

from ._adapter import FAILED, Failures, emptied, needs
from ._spanmask import Policy

try:
    from langfuse.media import LangfuseMedia
except ImportError as error:
    raise needs("langfuse", error) from error

from ._otlp import SpanMasker
from .otel import MaskingSpanExporter

if TYPE_CHECKING:
    from langfuse.types import MaskOtelSpansParams, MaskOtelSpansResult

__all__ = ["exporter", "mask", "mask_otel_spans"]


class Mask(Protocol):
    """What ``Langfuse(mask=...)`` takes."""

    def __call__(self, *, data: Any, **others: Any) -> Any: ...


class MaskOtelSpans(Protocol):
    """What ``Langfuse(mask_otel_spans=...)`` takes."""

    def __call__(self, *, params: MaskOtelSpansParams) -> Optional[MaskOtelSpansResult]: ...


def mask(policy: Policy) -> Mask:
    """A function for ``Langfuse(mask=...)``, which is called with each input, output and metadata.

    Objects are masked as they are: what JSON does not have becomes what Langfuse would send of it, media objects pass. When
    masking fails, ``[REDACTED]`` takes the place of the data, or of each value of a dict. Nothing is raised.
    """
    failures = Failures("spanmask.langfuse.mask")

    def masked(*, data: Any, **_: Any) -> Any:
        try:
            return policy.mask_object(data, default=_plain)
        except Exception as error:
            failures.tell(error, "a value has been replaced")
            return emptied(data)

    return masked


def mask_otel_spans(policy: Policy) -> MaskOtelSpans:
    """A function for ``Langfuse(mask_otel_spans=...)``, from version 4.9 of the SDK on: masks the attributes of all spans.

    A span whose attributes cannot be masked loses them. Nothing is raised, so no other span of its batch is lost.
    """
    try:
        from langfuse.types import MaskOtelSpansResult, OtelSpanPatch
    except ImportError:
        raise ImportError("mask_otel_spans needs langfuse 4.9 or later", name="langfuse") from None
    masker = SpanMasker(policy, "spanmask.langfuse.mask_otel_spans")
    failures = Failures("spanmask.langfuse.mask_otel_spans")

    def patch(attributes: Mapping[str, Any], name: str) -> Any:
        try:
            masked = masker.attributes(attributes, name)
        except Exception as error:
            code = failures.tell(error, "a span has lost its attributes")
            return OtelSpanPatch(set_attributes={FAILED: code}, delete_attributes=tuple(attributes))
        changed = {key: value for key, value in masked.items() if value is not attributes[key]}
        return OtelSpanPatch(set_attributes=changed, delete_attributes=tuple(changed)) if changed else None

    def masked(*, params: MaskOtelSpansParams) -> Optional[MaskOtelSpansResult]:
        patches = {identifier: patch(span.attributes, span.name) for identifier, span in params.spans.items()}
        return MaskOtelSpansResult(span_patches=patches)

    return masked


def exporter(
    policy: Policy,
    *,
    public_key: Optional[str] = None,
    secret_key: Optional[str] = None,
    base_url: Optional[str] = None,
    headers: Optional[Mapping[str, str]] = None,
    timeout: Optional[float] = None,
) -> MaskingSpanExporter:
    """An exporter for ``Langfuse(span_exporter=...)``: the one that Langfuse would make, masked.

    What is left out comes from the environment, as for Langfuse itself: ``LANGFUSE_PUBLIC_KEY``, ``LANGFUSE_SECRET_KEY``,
    ``LANGFUSE_BASE_URL``, ``LANGFUSE_TIMEOUT`` (seconds), and what it knows for limits and compression. Raises ``ValueError`` where a key is missing.
    """
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    def setting(value: Optional[str], *names: str) -> str:
        value = value or next((os.environ[name] for name in names if os.environ.get(name)), None)
        if value is None:
            raise ValueError(f"set {names[0]}, or hand the value in")
        return value

    public_key = setting(public_key, "LANGFUSE_PUBLIC_KEY")
    secret_key = setting(secret_key, "LANGFUSE_SECRET_KEY")
    base_url = base_url or os.environ.get("LANGFUSE_BASE_URL") or os.environ.get("LANGFUSE_HOST")
    path = os.environ.get("LANGFUSE_OTEL_TRACES_EXPORT_PATH") or "api/public/otel/v1/traces"
    token = base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()
    size = os.environ.get("LANGFUSE_OTEL_MAX_BATCH_SIZE_BYTES", "")
    limit: dict[str, Any] = {"max_request_size": int(size)} if size.isdigit() else {}
    plain = os.environ.get("LANGFUSE_OTEL_COMPRESSION", "").strip().lower() == "none"
    sdk = OTLPSpanExporter(
        endpoint=f"{(base_url or 'https://cloud.langfuse.com').rstrip('/')}/{path}",
        headers={
            "Authorization": f"Basic {token}",
            "x-langfuse-sdk-name": "python",
            "x-langfuse-sdk-version": version("langfuse"),
            "x-langfuse-public-key": public_key,
            "x-langfuse-ingestion-version": "4",
            **(headers or {}),
        },
        timeout=timeout or float(os.environ.get("LANGFUSE_TIMEOUT") or 5),
        compression=Compression.NoCompression if plain else Compression.Gzip,
        **limit,
    )
    return MaskingSpanExporter(sdk, policy)


def _plain(value: Any) -> Any:
    """What Langfuse would send of what JSON does not have."""
    if isinstance(value, LangfuseMedia):
        return value
    from langfuse._utils.serializer import EventSerializer

    return EventSerializer().default(value)
