"""Langfuse: what leaves through each of its hooks. Runs with each version of the SDK that requirements name."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import langfuse
import pytest
from langfuse import Langfuse, propagate_attributes
from langfuse.media import LangfuseMedia
from marks import Marks, leaks, mark, policy, record
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel
from sink import Sink, attributes

import spanmask.langfuse
from spanmask import Policy
from spanmask.otel import MaskingTracerProvider

VERSION = version("langfuse")
MAJOR = int(VERSION.split(".")[0])
#: What goes by the SDK's REST client, which has no hook.
REST = {"comment of a score"}
#: What `mask_otel_spans` cannot change: all but attributes.
MASK_OTEL_MISSES = REST | {
    "name of an observation", "exception message", "exception stack trace", "name of a third-party span",
    "event of a third-party span", "release",
}  # fmt: skip
NUMBERS = itertools.count()
#: Where the SDK writes `Langfuse(release=...)`.
RELEASE = Resource({"service.name": "app", "langfuse.release": mark("release")})
#: What `mask` is called with.
MASK_SEES = {"input", "output", "metadata", "JSON inside JSON", "object in input", "chunks of a generator", "output of a generation"}


def client(sink: Sink, **options: Any) -> Langfuse:
    """A client of its own: the SDK keeps one for each public key."""
    key = f"pk-lf-{next(NUMBERS)}"
    if "span_exporter" in options:
        options["span_exporter"] = options["span_exporter"](public_key=key, secret_key="sk", base_url=sink.url)
    return Langfuse(public_key=key, secret_key="sk", host=sink.url, timeout=30, **options)


class Message(BaseModel):
    role: str
    content: str


@dataclasses.dataclass
class Call:
    arguments: dict[str, Any]


def plant(to: Langfuse, marks: Marks) -> None:
    """A trace with a marker in every field of the API."""
    marks("release")
    propagated = {"k": marks("propagated metadata")}
    with propagate_attributes(
        user_id=marks("user id"), session_id=marks("session id"), tags=[marks("tag")], metadata=propagated,
        trace_name=marks("trace name"), version=marks("version"),
    ), to.start_as_current_observation(name=marks("name of an observation"), as_type="span") as root:  # fmt: skip
        root.update(
            input={"messages": [Message(role="user", content=marks("object in input"))], "text": marks("input")},
            output=[Call({"to": marks("output")})],
            metadata={"note": [marks("metadata")], "json": '{"a": "{\\"b\\": \\"' + marks("JSON inside JSON") + '\\"}"}'},
            status_message=marks("status message"),
            level="WARNING",
        )
        generation = root.start_observation(
            name="generation", as_type="generation", model=marks("model"), input="clean",
            model_parameters={"stop": marks("model parameter")}, usage_details={"input": 7},
        )  # fmt: skip
        generation.update(output=marks("output of a generation"))
        generation.end()
        stream(to, marks)
        raises(to, marks)
        third_party(to, marks)
        to.create_score(name="quality", value=1.0, trace_id=root.trace_id, comment=marks("comment of a score"))


def stream(to: Langfuse, marks: Marks) -> None:
    from langfuse import observe

    @observe(name="stream")
    def chunks() -> Any:
        yield "clean "
        yield marks("chunks of a generator")

    public_key = str(to._resources.public_key)
    assert "".join(chunks(langfuse_public_key=public_key))


def raises(to: Langfuse, marks: Marks) -> None:
    marks("exception stack trace")
    with pytest.raises(ValueError), to.start_as_current_observation(name="raises"):
        raise ValueError(marks("exception message"))  # so says MARK_exception_stack_trace_END here


def third_party(to: Langfuse, marks: Marks) -> None:
    """A span of an instrumentation that knows nothing of Langfuse."""
    tracer = to._resources.tracer_provider.get_tracer("openinference.instrumentation.any", "1")
    with tracer.start_as_current_span(marks("name of a third-party span")) as span:
        span.set_attribute("input.value", marks("attribute of a third-party span"))
        span.add_event("chunk", {"text": marks("event of a third-party span")})


def traced(to: Langfuse, marks: Marks) -> None:
    if MAJOR < 4:  # keeps its provider to itself
        to._resources.tracer_provider = PROVIDERS[id(to)]
    plant(to, marks)
    to.flush()
    to.shutdown()


PROVIDERS: dict[int, Any] = {}


def made(sink: Sink, **options: Any) -> Langfuse:
    options.setdefault("tracer_provider", TracerProvider(resource=RELEASE))
    to = client(sink, **options)
    PROVIDERS[id(to)] = options["tracer_provider"]
    return to


HOOKS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "mask": lambda masks: {"mask": spanmask.langfuse.mask(masks)},
    "tracer provider": lambda masks: {"tracer_provider": MaskingTracerProvider(masks, resource=RELEASE)},
}
if MAJOR >= 4:
    HOOKS["mask_otel_spans"] = lambda masks: {"mask_otel_spans": spanmask.langfuse.mask_otel_spans(masks)}
    HOOKS["exporter"] = lambda masks: {"span_exporter": lambda **keys: spanmask.langfuse.exporter(masks, **keys)}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_field(hook: str, sink: Sink, other: Sink) -> None:
    marks = Marks()
    traced(made(other), marks)
    traced(made(sink, **HOOKS[hook](policy())), marks)
    fields = marks.result(sink.text, other.text)
    record("Langfuse, Python", hook, VERSION, fields)
    misses = {"mask": set(fields) - MASK_SEES, "mask_otel_spans": MASK_OTEL_MISSES}
    assert set(leaks(fields)) == misses.get(hook, REST)
    assert len(sink.spans) == len(other.spans) > 4
    assert {"generation", "span"} <= {attributes(span).get("langfuse.observation.type") for span in sink.spans}


def test_what_mask_gives() -> None:
    """Objects stay what they are, or become what Langfuse would send."""
    mask = spanmask.langfuse.mask(policy())
    clean = {"a": [1, "text", None]}
    assert mask(data=clean) is clean
    assert mask(data=None) is None
    assert mask(data={"a": ("MARK_x", 1), "b": clean}) == {"a": ("[M]", 1), "b": clean}
    assert mask(data='{"a": "{\\"b\\": \\"MARK_x\\"}"}') == '{"a": "{\\"b\\": \\"[M]\\"}"}'
    assert mask(data=[Message(role="user", content="MARK_x"), Call({"a": b"MARK_x"})]) == [
        {"role": "user", "content": "[M]"}, {"arguments": {"a": "[M]"}}
    ]  # fmt: skip
    media = LangfuseMedia(content_bytes=b"MARK_x", content_type="image/png")
    assert mask(data=[media, "MARK_x"])[0] is media


class Unreadable:
    @property
    def __dict__(self) -> Any:
        raise RuntimeError("so says MARK_x here")

    def __repr__(self) -> str:
        raise RuntimeError("so says MARK_x here")


class UnreadableDict(dict[str, Any]):
    def items(self) -> Any:
        raise RuntimeError("so says MARK_x here")


def test_objects_that_cannot_be_serialised(caplog: pytest.LogCaptureFixture) -> None:
    mask = spanmask.langfuse.mask(policy())
    loop: list[Any] = ["MARK_x"]
    loop.append(loop)
    deep: Any = "MARK_x"
    for _ in range(2_000):
        deep = [deep]
    with caplog.at_level(logging.DEBUG):
        for value in (loop, deep, {"k": loop}, Unreadable(), [Unreadable(), "MARK_x"], UnreadableDict(a="MARK_x"), {b"k": "MARK_x"}):
            masked = mask(data=value)
            assert "MARK" not in repr(masked) and "MARK" not in caplog.text
    assert mask(data={"k": loop}) == {"k": "[REDACTED]"} and mask(data=loop) == "[REDACTED]"


class Broken:
    def mask_object(self, value: Any, **_: Any) -> Any:
        raise RuntimeError(f"cannot mask {value}")


def failing(kind: str) -> Any:
    if kind == "raises":
        return Broken()
    rules = {"version": 1, "profile": "otlp", "rules": [{"id": "A", "detect": "host:d", "fail": "refuse"}]}
    hang = threading.Event()
    return Policy(rules, detectors={"d": lambda text: [hang.wait() or (0, 0)]}, detector_timeout=0.02)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("kind", ["raises", "hangs"])
def test_fails_closed(kind: str, hook: str, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    """What the hook sees is gone; the spans are there; the application goes on."""
    marks = Marks()
    with caplog.at_level(logging.WARNING):
        traced(made(sink, **HOOKS[hook](failing(kind))), marks)
    seen = marks.seen(sink.text)
    if hook == "mask":
        assert not seen & MASK_SEES
    else:
        assert seen <= (MASK_OTEL_MISSES if hook == "mask_otel_spans" else REST)
    assert "MARK" not in caplog.text
    if hook != "tracer provider":  # of its own spans the SDK keeps those alone whose scope has its key
        assert len(sink.spans) > 4


def test_the_exporter_wants_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGFUSE_PUBLIC_KEY", raising=False)
    with pytest.raises(ValueError, match="LANGFUSE_PUBLIC_KEY"):
        spanmask.langfuse.exporter(policy())


def test_versions() -> None:
    assert MAJOR in (3, 4, 5) and langfuse.__file__
