"""Haystack: what leaves through the real Langfuse connector, one pipeline and 64 at once."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from typing import Any, Optional

os.environ["HAYSTACK_CONTENT_TRACING_ENABLED"] = "true"
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
os.environ["HAYSTACK_LANGFUSE_ENFORCE_FLUSH"] = "false"

import pytest
from haystack import Pipeline, component, tracing
from haystack.dataclasses import ByteStream, ChatMessage, Document, GeneratedAnswer, StreamingChunk, ToolCall
from haystack.tools import Tool, Toolset
from haystack.tracing import Span, Tracer
from haystack.utils import Secret
from haystack_integrations.components.connectors.langfuse import LangfuseConnector
from haystack_integrations.tracing.langfuse import tracer as connector
from marks import Marks, leaks, policy, record
from opentelemetry.sdk.trace import TracerProvider
from sink import Sink, attributes

import spanmask.haystack
import spanmask.langfuse
from spanmask import Policy
from spanmask.haystack import MaskingTracer

NUMBERS = itertools.count()
#: What the tracer of Langfuse takes from elsewhere than tags.
MISSES = {"name of the trace", "user id", "exception message", "exception stack trace"}


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    yield
    spanmask.haystack.uninstall()
    tracing.disable_tracing()


def look_up(name: str) -> str:
    return name


@component
class PlayedChatGenerator:
    """Answers with what it was asked, waits a little, and may fail."""

    def __init__(self, answer: str = "", tools: Any = None) -> None:
        self.answer = answer
        #: Where all runs meet, so that they are in here together.
        self.meet: Optional[threading.Barrier] = None

    @component.output_types(replies=list[ChatMessage])
    def run(self, messages: list[ChatMessage], tools: Any = None, fail: str = "") -> dict[str, Any]:
        if self.meet is not None:
            self.meet.wait()
        if fail:
            raise ValueError(fail)  # so says MARK_exception_stack_trace_END here
        call = ToolCall("look_up", {"name": self.answer or messages[-1].text})
        reply = ChatMessage.from_assistant(self.answer or messages[-1].text, tool_calls=[call], meta={"model": "played"})
        return {"replies": [reply]}

    @component.output_types(replies=list[ChatMessage])
    async def run_async(self, messages: list[ChatMessage], tools: Any = None, fail: str = "") -> dict[str, Any]:
        await asyncio.sleep(0.01)
        result: dict[str, Any] = self.run(messages, tools, fail)
        return result


@component
class Ask:
    @component.output_types(messages=list[ChatMessage], documents=list[Document])
    def run(self, question: str) -> dict[str, Any]:
        return {"messages": [ChatMessage.from_user(question)], "documents": [Document(content=question)]}

    @component.output_types(messages=list[ChatMessage], documents=list[Document])
    async def run_async(self, question: str) -> dict[str, Any]:
        await asyncio.sleep(0.001)
        result: dict[str, Any] = self.run(question)
        return result


def pipeline(sink: Optional[Sink], name: str = "chat", answer: str = "", **options: Any) -> Pipeline:
    made = Pipeline(metadata=options.pop("metadata", {}))
    if sink is not None:
        key = f"pk-lf-hay-{next(NUMBERS)}"
        kwargs = {"tracer_provider": TracerProvider(), "timeout": 60, **options}
        if "span_exporter" in kwargs:
            kwargs["span_exporter"] = kwargs["span_exporter"](public_key=key, secret_key="sk", base_url=sink.url)
        to = LangfuseConnector(
            name, public_key=Secret.from_token(key), secret_key=Secret.from_token("sk"), host=sink.url, langfuse_client_kwargs=kwargs
        )
        made.add_component("tracer", to)
    made.add_component("ask", Ask())
    made.add_component("llm", PlayedChatGenerator(answer))
    made.connect("ask.messages", "llm.messages")
    made.warm_up()
    return made


def finish(made: Pipeline) -> None:
    made.get_component("tracer").tracer._tracer.shutdown()


def plant(made: Pipeline, marks: Marks) -> None:
    marks("exception stack trace")
    tool = Tool("look_up", marks("description of a tool"), {"type": "object", "properties": {"name": {"type": "string"}}}, look_up)
    inputs: dict[str, Any] = {"ask": {"question": marks("input of a pipeline")}, "llm": {"tools": [tool]}}
    connector.tracing_context_var.set({"user_id": marks("user id")})
    made.run(inputs)
    with pytest.raises(Exception, match="MARK"):
        made.run({**inputs, "llm": {"fail": marks("exception message")}})
    finish(made)
    connector.tracing_context_var.set({})


def test_every_field(sink: Sink, other: Sink) -> None:
    marks = Marks()
    name, answer, metadata = marks("name of the trace"), marks("output of a component"), {"note": marks("metadata of a pipeline")}
    bare = pipeline(other, name, answer, metadata=metadata)
    plant(bare, marks)
    spanmask.haystack.install(policy())
    masked = pipeline(sink, name, answer, metadata=metadata)
    assert spanmask.haystack.is_installed(), "the connector has set its tracer after we did"
    plant(masked, marks)
    fields = marks.result(sink.text, other.text)
    record("Haystack, Python", "tracer", version("langfuse-haystack"), fields)
    assert set(leaks(fields)) == MISSES
    assert len(sink.spans) == len(other.spans) > 6
    generations = [span for span in sink.spans if attributes(span).get("langfuse.observation.type") == "generation"]
    assert generations and attributes(generations[0])["langfuse.observation.model.name"] == "played", "types were kept"


def test_with_the_exporter(sink: Sink, other: Sink) -> None:
    """The connector hands on `span_exporter`, which covers what tags do not."""
    marks = Marks()
    name, answer, metadata = marks("name of the trace"), marks("output of a component"), {"note": marks("metadata of a pipeline")}
    plant(pipeline(other, name, answer, metadata=metadata), marks)
    exporter = lambda **keys: spanmask.langfuse.exporter(policy(), **keys)  # noqa: E731
    plant(pipeline(sink, name, answer, metadata=metadata, span_exporter=exporter), marks)
    fields = marks.result(sink.text, other.text)
    record("Haystack, Python", "Langfuse exporter", version("langfuse-haystack"), fields)
    assert not leaks(fields)


class Recorder(Tracer):
    """A right tracer of our own: keeps what it gets."""

    def __init__(self) -> None:
        self.spans: list[Recorded] = []
        self._stack: ContextVar[tuple[Recorded, ...]] = ContextVar(f"stack-{next(NUMBERS)}", default=())

    @contextmanager
    def trace(
        self, operation_name: str, tags: Optional[dict[str, Any]] = None, parent_span: Optional[Span] = None
    ) -> Iterator[Span]:
        stack = self._stack.get()
        assert parent_span is None or isinstance(parent_span, Recorded), "a tracer gets its own spans back"
        span = Recorded(parent_span or (stack[-1] if stack else None))
        self.spans.append(span)
        span.set_tags(tags or {})
        token = self._stack.set((*stack, span))
        try:
            yield span
        finally:
            self._stack.reset(token)

    def current_span(self) -> Optional[Span]:
        return (self._stack.get() or (None,))[-1]


class Recorded(Span):
    def __init__(self, parent: Optional[Span]) -> None:
        self.parent = parent
        self.tags: dict[str, Any] = {}

    def set_tag(self, key: str, value: Any) -> None:
        self.tags[key] = value

    def root(self) -> Recorded:
        return self.parent.root() if isinstance(self.parent, Recorded) else self


class SharedList(Recorder):
    """The broken pattern: a context variable whose default is one list, which all contexts share."""

    def __init__(self) -> None:
        super().__init__()
        self._shared: ContextVar[list[Recorded]] = ContextVar(f"shared-{next(NUMBERS)}", default=[])

    @contextmanager
    def trace(
        self, operation_name: str, tags: Optional[dict[str, Any]] = None, parent_span: Optional[Span] = None
    ) -> Iterator[Span]:
        stack = self._shared.get()
        span = Recorded(stack[-1] if stack else None)
        self.spans.append(span)
        span.set_tags(tags or {})
        stack.append(span)
        try:
            yield span
        finally:
            stack.pop()


def at_once(made: Pipeline, way: str) -> None:
    """64 runs of a pipeline, each with a request of its own."""
    requests = [{"ask": {"question": f"request-{number}-of MARK_{number}_END"}} for number in range(64)]
    if way == "threads":
        made.get_component("llm").meet = threading.Barrier(64)
        with ThreadPoolExecutor(64) as threads:
            answers = list(threads.map(made.run, requests))
    else:

        async def all_of_them() -> Any:
            return await asyncio.gather(*(made.run_async(data) for data in requests))

        answers = asyncio.run(all_of_them())
    for number, answer in enumerate(answers):
        assert f"request-{number}-of MARK_{number}_END" in answer["llm"]["replies"][0].text


def requests_in(values: Any) -> set[str]:
    return set(re.findall(r"request-(\d+)-of", str(values)))


def mixed(spans: list[Recorded]) -> int:
    """How many traces hold what is of more than one request."""
    traces: dict[int, set[str]] = {}
    for span in spans:
        traces.setdefault(id(span.root()), set()).update(requests_in(span.tags))
    return sum(len(requests) != 1 for requests in traces.values()) + abs(len(traces) - 64)


WAYS = pytest.mark.parametrize("way", ["threads", "asyncio"])


@WAYS
def test_64_at_once_through_the_connector(way: str, sink: Sink) -> None:
    spanmask.haystack.install(policy())
    made = pipeline(sink)
    at_once(made, way)
    finish(made)
    spans = {span.span_id: span for span in sink.spans}
    traces: dict[bytes, set[str]] = {}
    for span in spans.values():
        traces.setdefault(span.trace_id, set()).update(requests_in(attributes(span)))
        if span.parent_span_id:
            assert spans[span.parent_span_id].trace_id == span.trace_id
    assert len(traces) == 64 and all(len(requests) == 1 for requests in traces.values())
    assert len(spans) == 64 * 4 and "MARK" not in sink.text and "[M]" in sink.text


@WAYS
def test_64_at_once_around_a_tracer_of_our_own(way: str) -> None:
    spanmask.haystack.install(policy())
    made, recorder = pipeline(None), Recorder()
    tracing.enable_tracing(recorder)
    at_once(made, way)
    assert mixed(recorder.spans) == 0 and "MARK" not in str([span.tags for span in recorder.spans])


@WAYS
def test_the_broken_pattern_mixes(way: str) -> None:
    """So the check above can fail."""
    made, broken = pipeline(None), SharedList()
    tracing.enable_tracing(broken)
    at_once(made, way)
    assert mixed(broken.spans) > 0


def test_current_span() -> None:
    recorder = Recorder()
    tracer = MaskingTracer(recorder, policy())
    assert tracer.current_span() is None
    with tracer.trace("outer", {"a": "MARK_x"}) as outer:
        assert tracer.current_span() is outer
        with tracer.trace("inner", parent_span=outer) as inner:
            inner.set_tags({"b": "MARK_x"})
            assert tracer.current_span() is inner
        assert tracer.current_span() is outer
    assert tracer.current_span() is None
    assert [span.tags for span in recorder.spans] == [{"a": "[M]"}, {"b": "[M]"}]
    assert recorder.spans[1].parent is recorder.spans[0]


def test_types_and_copies() -> None:
    tool = Tool("t", "MARK_x", {"type": "object", "properties": {}}, look_up)
    values: list[Any] = [
        ChatMessage.from_user("MARK_x"), Document(content="MARK_x", meta={"a": ["MARK_x"]}), {"k": (1, "MARK_x", None)},
        ByteStream(b"MARK_x", meta={"a": 1}), GeneratedAnswer("MARK_x", "q", [Document(content="MARK_x")]), tool,
        StreamingChunk("MARK_x"), [ChatMessage.from_tool("MARK_x", ToolCall("t", {"a": "MARK_x"}))], "MARK_x", 7, None, True,
    ]  # fmt: skip
    recorder = Recorder()
    before = repr(values)
    with MaskingTracer(recorder, policy()).trace("run") as span:
        span.set_tag("values", values)
        span.set_tag("tools", Toolset([tool]))
    masked = recorder.spans[0].tags["values"]
    assert repr(values) == before and "MARK" not in repr(masked).replace(repr(masked[3].data), "")
    assert [type(value) for value in masked] == [type(value) for value in values]
    assert masked[5].function is look_up and masked[5].tool_spec["description"] == "[M]"
    assert masked[3].data == b"[M]"
    assert recorder.spans[0].tags["tools"][0].tool_spec["description"] == "[M]"
    values[1].meta["a"].append("MARK_later")
    assert masked[1].meta == {"a": ["[M]"]}, "what the application does later is not seen"


class Broken:
    def mask_object(self, value: Any, **_: Any) -> Any:
        raise RuntimeError(f"cannot mask {value}")


@pytest.mark.parametrize("kind", ["raises", "hangs"])
def test_fails_closed(kind: str, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    masks: Any = Broken()
    if kind == "hangs":
        rules = {"version": 1, "rules": [{"id": "A", "detect": "host:d", "fail": "refuse"}]}
        hang = threading.Event()
        masks = Policy(rules, detectors={"d": lambda text: [hang.wait() or (0, 0)]}, detector_timeout=0.02)
    spanmask.haystack.install(masks)
    made = pipeline(sink, answer="MARK_x")
    with caplog.at_level(logging.WARNING, "spanmask"):
        answer = made.run({"ask": {"question": "MARK_x"}})
    assert answer["llm"]["replies"][0].text == "MARK_x"
    finish(made)
    assert "MARK" not in sink.text and "MARK" not in "".join(r.getMessage() for r in caplog.records if r.name == "spanmask")
    assert len(sink.spans) == 4


def test_a_value_that_cannot_be_serialised() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("MARK_x")

    recorder = Recorder()
    with MaskingTracer(recorder, policy()).trace("run", {"odd": Odd(), "more": {"a": Odd()}, "bytes": b"\xff"}):
        pass
    assert recorder.spans[0].tags == {"odd": "[REDACTED]", "more": {}, "bytes": b""}


def test_names_are_never_empty() -> None:
    """A rule may remove what it finds, and the connector wants a name."""
    masks = Policy({"version": 1, "rules": [{"id": "A", "pattern": "MARK_x", "remove": True}]})
    recorder = Recorder()
    with MaskingTracer(recorder, masks).trace("run", {"haystack.component.name": "MARK_x", "none": ""}):
        pass
    assert recorder.spans[0].tags == {"haystack.component.name": "[REDACTED]", "none": ""}


def test_install_twice_and_take_it_off() -> None:
    recorder = Recorder()
    tracing.enable_tracing(recorder)
    assert not spanmask.haystack.is_installed()
    for _ in range(2):
        spanmask.haystack.install(policy())
        now = tracing.tracer.actual_tracer
        assert isinstance(now, MaskingTracer) and now.tracer is recorder
    tracing.disable_tracing()
    assert spanmask.haystack.is_installed() and not tracing.is_tracing_enabled()
    tracing.enable_tracing(recorder)
    assert spanmask.haystack.is_installed() and tracing.is_tracing_enabled()
    spanmask.haystack.uninstall()
    assert tracing.tracer.actual_tracer is recorder and not spanmask.haystack.is_installed()
