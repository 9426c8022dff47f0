"""Spans of the OpenTelemetry SDK, masked as their OTLP JSON would be.

A policy is asked about the shape that OTLP has in JSON, so all that it says holds: attributes by name, kinds of spans, what
``profile: otlp`` protects, paths. Of each span one object is made, which ``mask_object`` hands back as it is when nothing
matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, Status

from ._adapter import FAILED, REDACTED, Failures
from ._spanmask import Policy

Shape = dict[str, Any]


class MaskedSpan(ReadableSpan):
    """A span that was masked. It knows what its original has dropped."""

    def __init__(self, original: ReadableSpan, **fields: Any) -> None:
        super().__init__(kind=original.kind, start_time=original.start_time, end_time=original.end_time, **fields)
        self._dropped = (original.dropped_attributes, original.dropped_events, original.dropped_links)

    @property
    def dropped_attributes(self) -> int:
        return self._dropped[0]

    @property
    def dropped_events(self) -> int:
        return self._dropped[1]

    @property
    def dropped_links(self) -> int:
        return self._dropped[2]


class SpanMasker:
    """Masks spans. What cannot be masked loses its content; nothing is raised. For any number of threads."""

    def __init__(self, policy: Policy, where: str) -> None:
        self._policy = policy
        self._failures = Failures(where)
        # Nearly all spans share one resource and few scopes: what was made of the last ones, by identity.
        self._resources: dict[int, tuple[Resource, Resource]] = {}
        self._scopes: dict[int, tuple[InstrumentationScope, InstrumentationScope]] = {}

    def mask(self, span: ReadableSpan) -> ReadableSpan:
        """The same span when nothing matched."""
        resource = self._resource(span.resource)
        scope = self._scope(span.instrumentation_scope)
        try:
            return self._span(span, resource, scope)
        except Exception as error:
            return _empty(span, self._failures.tell(error, "a span has lost its content"), resource, scope)

    def attributes(self, attributes: Mapping[str, Any], name: str = "") -> Mapping[str, Any]:
        """Masks the attributes of a span of this name; the same mapping when nothing matched.

        Raises what masking raises.
        """
        writer = _Writer()
        shape = {"name": name, "attributes": writer.attributes(attributes)}
        masked = self._ask({"scopeSpans": [{"spans": [shape]}]})
        if not writer.opaque and masked["scopeSpans"][0]["spans"][0] is shape:
            return attributes
        return _attributes(attributes, masked["scopeSpans"][0]["spans"][0]["attributes"])

    def _ask(self, group: Shape) -> Shape:
        """Masks a ``ResourceSpans``, in the place where it stands in a request."""
        masked: Shape = self._policy.mask_object({"resourceSpans": [group]})["resourceSpans"][0]
        return masked

    def _span(self, span: ReadableSpan, resource: Resource, scope: Optional[InstrumentationScope]) -> ReadableSpan:
        writer = _Writer()
        shape = writer.span(span)
        masked = self._ask({"scopeSpans": [{"spans": [shape]}]})["scopeSpans"][0]["spans"][0]
        same = resource is span.resource and scope is span.instrumentation_scope
        if masked is shape and same and not writer.opaque:
            return span
        # A trace state cannot be changed in part: whoever reads it would read something else.
        states = masked.get("states") is shape.get("states")
        return MaskedSpan(
            span,
            name=masked["name"],
            context=span.context if states else _without_state(span.context),
            parent=span.parent if states else _without_state(span.parent),
            resource=resource,
            instrumentation_scope=scope,
            attributes=_attributes(span.attributes or {}, masked["attributes"]),
            events=[_event(*pair) for pair in zip(span.events, masked["events"])],
            links=[_link(link, got, states) for link, got in zip(span.links, masked["links"])],
            status=Status(span.status.status_code, masked["status"].get("message")),
        )

    def _resource(self, resource: Resource) -> Resource:
        known = self._resources.get(id(resource))
        if known is None:
            try:
                known = resource, self._new_resource(resource)
            except Exception as error:
                self._failures.tell(error, "a resource has lost its attributes")
                return Resource({})
            _keep(self._resources, known)
        return known[1]

    def _new_resource(self, resource: Resource) -> Resource:
        writer = _Writer()
        shape = {"attributes": writer.attributes(resource.attributes)}
        masked = self._ask({"resource": shape})["resource"]
        if masked is shape and not writer.opaque:
            return resource
        return Resource(_attributes(resource.attributes, masked["attributes"]), resource.schema_url)

    def _scope(self, scope: Optional[InstrumentationScope]) -> Optional[InstrumentationScope]:
        if scope is None:
            return None
        known = self._scopes.get(id(scope))
        if known is None:
            try:
                known = scope, self._new_scope(scope)
            except Exception as error:
                self._failures.tell(error, "an instrumentation scope has lost its name")
                return InstrumentationScope(REDACTED)
            _keep(self._scopes, known)
        return known[1]

    def _new_scope(self, scope: InstrumentationScope) -> InstrumentationScope:
        writer = _Writer()
        attributes = scope.attributes or {}
        shape = {"name": scope.name, "version": scope.version or "", "attributes": writer.attributes(attributes)}
        masked = self._ask({"scopeSpans": [{"scope": shape}]})["scopeSpans"][0]["scope"]
        if masked is shape and not writer.opaque:
            return scope
        kept = _attributes(attributes, masked["attributes"])
        return InstrumentationScope(masked["name"], masked["version"], scope.schema_url, kept)


def _empty(span: ReadableSpan, code: str, resource: Resource, scope: Optional[InstrumentationScope]) -> ReadableSpan:
    """A span that has nothing but what says where it belongs, and why it is empty."""
    return MaskedSpan(
        span,
        name=REDACTED,
        context=_without_state(span.context),
        parent=_without_state(span.parent),
        resource=resource,
        instrumentation_scope=scope,
        attributes={FAILED: code},
        status=Status(span.status.status_code),
    )


class _Writer:
    """Writes objects of the SDK as OTLP JSON."""

    def __init__(self) -> None:
        #: Whether there was a value that no policy can look into.
        self.opaque = False

    def span(self, span: ReadableSpan) -> Shape:
        shape = {
            "name": span.name,
            "attributes": self.attributes(span.attributes or {}),
            "events": [{"name": event.name, "attributes": self.attributes(event.attributes or {})} for event in span.events],
            "links": [{"attributes": self.attributes(link.attributes or {})} for link in span.links],
            "status": {"message": span.status.description} if span.status.description else {},
        }
        contexts = [span.context, span.parent, *(link.context for link in span.links)]
        if any(context is not None and context.trace_state for context in contexts):
            shape["states"] = [dict(context.trace_state) if context is not None else {} for context in contexts]
        return shape

    def attributes(self, attributes: Mapping[str, Any]) -> list[Shape]:
        return [{"key": key, "value": self._value(value)} for key, value in attributes.items()]

    def _value(self, value: Any) -> Shape:
        if isinstance(value, str):
            return {"stringValue": value}
        if isinstance(value, bool):
            return {"boolValue": value}
        if isinstance(value, int):
            return {"intValue": value}
        if isinstance(value, float):
            return {"doubleValue": value}
        if isinstance(value, bytes):
            return self._bytes(value)
        if isinstance(value, Mapping):
            return {"kvlistValue": {"values": self.attributes(value)}}
        if isinstance(value, Sequence):
            return {"arrayValue": {"values": [self._value(item) for item in value]}}
        if value is not None:
            self.opaque = True
        return {}

    def _bytes(self, value: bytes) -> Shape:
        try:
            return {"stringValue": value.decode()}
        except UnicodeDecodeError:
            self.opaque = True
            return {}


def _attributes(attributes: Mapping[str, Any], masked: Sequence[Shape]) -> dict[str, Any]:
    return {key: _value(value, got["value"]) for (key, value), got in zip(attributes.items(), masked)}


def _value(value: Any, masked: Shape) -> Any:
    """What `value` is now. What no policy can look into is gone."""
    if isinstance(value, bytes):
        return masked.get("stringValue", "").encode()
    if isinstance(value, (str, bool, int, float)):
        return next(iter(masked.values()))
    if isinstance(value, Mapping):
        return _attributes(value, masked["kvlistValue"]["values"])
    if isinstance(value, Sequence):
        return tuple(_value(*pair) for pair in zip(value, masked["arrayValue"]["values"]))
    return None if value is None else REDACTED


def _bounded(attributes: dict[str, Any], dropped: int) -> Mapping[str, Any]:
    bounded = BoundedAttributes(attributes=attributes, immutable=True)
    bounded.dropped = dropped
    return bounded


def _event(event: Event, masked: Shape) -> Event:
    attributes = _attributes(event.attributes or {}, masked["attributes"])
    return Event(masked["name"], _bounded(attributes, event.dropped_attributes), event.timestamp)


def _link(link: Link, masked: Shape, states: bool) -> Link:
    attributes = _attributes(link.attributes or {}, masked["attributes"])
    context = link.context if states else _without_state(link.context)
    return Link(context, _bounded(attributes, link.dropped_attributes))


def _without_state(context: Optional[SpanContext]) -> Any:
    if context is None or not context.trace_state:
        return context
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


#: Resources or scopes whose masked form is kept.
_KEPT = 64


def _keep(kept: dict[int, Any], pair: Any) -> None:
    """Keeps both, so that no other object can have the identity of the first."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[id(pair[0])] = pair
