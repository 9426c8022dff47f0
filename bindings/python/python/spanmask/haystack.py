"""Haystack: masks the tags of spans before any tracer gets them.

``install(policy)`` wraps whatever tracer is set, now and later: connectors set theirs when a pipeline warms up.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Optional

from ._adapter import REDACTED, Failures, needs
from ._spanmask import Policy

try:
    from haystack.dataclasses import ByteStream
    from haystack.tools.tool import Tool
    from haystack.tools.toolset import Toolset
    from haystack.tracing.tracer import NullTracer, ProxyTracer, Span, Tracer
    from haystack.tracing.tracer import tracer as _shared
except ImportError as error:
    raise needs("haystack", error) from error

#: Haystack's holder of the tracer. Its class is not always the one that it says.
_proxy: Any = _shared

__all__ = ["MaskingSpan", "MaskingTracer", "install", "is_installed", "uninstall"]

#: The span of ours that is active in this context. A span, never a list: contexts are copied, what they hold is not.
_active: ContextVar[Optional[MaskingSpan]] = ContextVar("spanmask_haystack_active", default=None)


class MaskingSpan(Span):
    """A span whose tags are masked before the span around which it is gets them.

    Values are copied and keep their types: a masked ``ChatMessage`` is a ``ChatMessage``. A tag that cannot be masked becomes
    ``"[REDACTED]"``, an empty dict or an empty list, and a tag that the tracer then refuses is left out.
    """

    def __init__(self, span: Span, masks: _Tags) -> None:
        self._span = span
        self._masks = masks

    def set_tag(self, key: str, value: Any) -> None:
        self._hand_on(self._span.set_tag, key, value)

    def set_content_tag(self, key: str, value: Any) -> None:
        self._hand_on(self._span.set_content_tag, key, value)

    def _hand_on(self, setter: Any, key: str, value: Any) -> None:
        masked = self._masks.tag(key, value)
        try:
            setter(key, masked)
        except Exception as error:
            self._masks.failures.tell(error, "the tracer refused a tag")

    def raw_span(self) -> Any:
        """The span of the backend. What is written there is not masked."""
        return self._span.raw_span()

    def get_correlation_data_for_logs(self) -> dict[str, Any]:
        return self._span.get_correlation_data_for_logs()


class MaskingTracer(Tracer):
    """A tracer that masks all tags and hands them to another tracer.

    Names of operations stay. Which span is active is kept for each context, so runs side by side do not see each other's, in
    threads and in asyncio.
    """

    def __init__(self, tracer: Tracer, policy: Policy) -> None:
        self._tracer = tracer
        self._masks = _Tags(policy)

    @property
    def tracer(self) -> Tracer:
        """The tracer that gets what is masked."""
        return self._tracer

    @contextlib.contextmanager
    def trace(
        self, operation_name: str, tags: Optional[dict[str, Any]] = None, parent_span: Optional[Span] = None
    ) -> Iterator[Span]:
        masked = {key: self._masks.tag(key, value) for key, value in (tags or {}).items()}
        if isinstance(parent_span, MaskingSpan):
            parent_span = parent_span._span
        with self._tracer.trace(operation_name, tags=masked, parent_span=parent_span) as span:
            ours = MaskingSpan(span, self._masks)
            before = _active.get()
            _active.set(ours)
            try:
                yield ours
            finally:
                # Not by a token: a generator may be closed in another context than it was begun in.
                _active.set(before)

    def current_span(self) -> Optional[Span]:
        if (active := _active.get()) is not None:
            return active
        span = self._tracer.current_span()
        return None if span is None else MaskingSpan(span, self._masks)


def install(policy: Policy) -> None:
    """Masks for every tracer: the one that is set, and each that ``enable_tracing`` sets from now on.

    Connectors set their tracer late, when a pipeline warms up, in place of the one before. With another policy, it takes the place
    of the first. Raises ``RuntimeError`` when this version of Haystack keeps its tracer otherwise.
    """
    now = _proxy.actual_tracer
    plain = now.tracer if isinstance(now, MaskingTracer) else now
    _proxy.__dict__["_spanmask_policy"] = policy
    _proxy.__class__ = _MaskingProxy
    _proxy.actual_tracer = plain
    probe = _Probe()
    _proxy.actual_tracer = probe
    held = is_installed()
    _proxy.actual_tracer = plain
    if not held:
        raise RuntimeError("spanmask.haystack cannot mask with this version of Haystack")


def is_installed() -> bool:
    """Whether all that Haystack traces now is masked. True, too, while it traces nothing."""
    return type(_proxy) is _MaskingProxy and isinstance(_proxy.actual_tracer, (MaskingTracer, NullTracer))


def uninstall() -> None:
    """Takes it off again: the tracer that is set gets what it got before."""
    masking = type(_proxy) is _MaskingProxy
    if masking:
        now = _proxy.actual_tracer
        _proxy.__class__ = ProxyTracer
        _proxy.actual_tracer = now.tracer if isinstance(now, MaskingTracer) else now


class _MaskingProxy(ProxyTracer):
    """Haystack's holder of the tracer, which all of Haystack shares, and which cannot hold one that is not masked."""

    @property
    def actual_tracer(self) -> Tracer:
        tracer: Tracer = self.__dict__["actual_tracer"]
        return tracer

    @actual_tracer.setter
    def actual_tracer(self, tracer: Tracer) -> None:
        if not isinstance(tracer, (MaskingTracer, NullTracer)):
            tracer = MaskingTracer(tracer, self.__dict__["_spanmask_policy"])
        self.__dict__["actual_tracer"] = tracer


#: What a tracer sees of a tool.
_TOOL = ("name", "description", "parameters")


class _Probe(NullTracer):
    pass


class _Tags:
    """Masks values of tags: plain data, and the objects of Haystack."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.failures = Failures("spanmask.haystack")

    def tag(self, key: str, value: Any) -> Any:
        """A masked copy. The key is a member's name to the policy, so rules for it hold."""
        try:
            masked = _typed(value, self._policy.mask_object({key: _plain(value)})[key])
            # Tracers want names, and a rule may remove what it finds.
            return REDACTED if isinstance(masked, str) and value and not masked else masked
        except Exception as error:
            self.failures.tell(error, "a tag has been replaced")
            return {} if isinstance(value, dict) else [] if isinstance(value, (list, tuple)) else REDACTED


def _plain(value: Any) -> Any:
    """What JSON has for a value: new containers all the way down."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, Toolset)):
        return [_plain(item) for item in value]
    if isinstance(value, Tool):
        return {name: _plain(getattr(value, name)) for name in _TOOL}
    if isinstance(value, ByteStream):
        return {"data": _text(value.data), "meta": _plain(value.meta), "mime_type": value.mime_type}
    if isinstance(value, (bytes, bytearray)):
        return _text(bytes(value))
    if _is_typed(value):
        return _plain(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, type) or callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return str(value)


def _typed(value: Any, masked: Any) -> Any:
    """What was masked, in the type of the value that it was."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return masked
    if isinstance(value, Mapping):
        return {name: _typed(member, masked[name]) for name, member in value.items()}
    if isinstance(value, (list, tuple, Toolset)):
        items = [_typed(*pair) for pair in zip(value, masked)]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Tool):
        return _tool(value, masked)
    if isinstance(value, ByteStream):
        return ByteStream(masked["data"].encode(), meta=masked["meta"], mime_type=masked["mime_type"])
    if isinstance(value, (bytes, bytearray)):
        return masked.encode()
    if _is_typed(value):
        return type(value).from_dict(masked)
    return masked


def _tool(tool: Tool, masked: dict[str, Any]) -> Tool:
    """Most cannot be made from a dict: they hold a function."""
    tool = copy.copy(tool)
    for name, value in masked.items():
        setattr(tool, name, value)
    return tool


def _is_typed(value: Any) -> bool:
    return not isinstance(value, type) and hasattr(value, "to_dict") and hasattr(type(value), "from_dict")


def _text(data: bytes) -> str:
    """Bytes that are no text are gone: no policy can look into them."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
