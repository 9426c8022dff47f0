"""MLflow: what the tracking server gets. The examples are those of MLflow's page "Redacting Sensitive Data from Traces"."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import mlflow
import pytest
from marks import Marks, leaks, policy, record
from mlflow.entities import Link, SpanEvent, SpanType
from mlflow.entities.trace_location import MlflowExperimentLocation
from opentelemetry import trace as otel
from sink import Sink, attributes

import spanmask.mlflow
from spanmask import Policy

OTEL_ONLY = {"attribute of a plain OpenTelemetry span", "name of a plain OpenTelemetry span"}
#: What is written after the root span has ended goes by the REST client.
REST = {"trace tag set later"}


class Server(Sink):
    """Answers as a tracking server does."""

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        if path.endswith("/mlflow/traces") and method == "POST":
            trace = json.loads(body)["trace"]["trace_info"]
            trace.setdefault("tags", {})["mlflow.trace.spansLocation"] = "TRACKING_STORE"
            return json.dumps({"trace": {"trace_info": trace}}).encode()
        return b"3.17.2" if path == "/version" else b"{}"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def before() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _own_tracing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_USE_BATCH_SPAN_PROCESSOR", "false")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_USE_DEFAULT_TRACER_PROVIDER", "false")
    yield
    mlflow.tracing.reset()


def to(server: Server, *processors: Any) -> None:
    """Traces go to this server, by these processors."""
    mlflow.tracing.reset()
    # Spans of a plain tracer reach MLflow when both share the global provider, which is made once for a process.
    otel._TRACER_PROVIDER = None
    otel._TRACER_PROVIDER_SET_ONCE._done = False
    mlflow.set_tracking_uri(server.url)
    mlflow.tracing.set_destination(MlflowExperimentLocation("0"))
    mlflow.tracing.configure(span_processors=list(processors))


def flush() -> None:
    mlflow.flush_trace_async_logging()


def plant(marks: Marks) -> None:
    marks("exception stack trace")

    @mlflow.trace(name=marks("span name"), attributes={"note": marks("attribute"), "n": [1, marks("attribute in a list")]})
    def ask(text: str, nested: dict[str, Any]) -> dict[str, Any]:
        mlflow.update_current_trace(
            tags={"who": marks("trace tag")}, metadata={"mlflow.trace.user": marks("user id"), "k": marks("trace metadata")},
            request_preview=marks("request preview"), response_preview=marks("response preview"),
            client_request_id=marks("client request id"),
        )  # fmt: skip
        span = mlflow.get_current_active_span()
        assert span is not None
        span.add_event(SpanEvent(marks("event name"), attributes={"a": marks("event attribute")}))
        span.add_link(Link(trace_id=span.trace_id, span_id="00000000000000ab", attributes={"why": marks("link attribute")}))
        list(stream())
        with pytest.raises(ValueError):
            fails()
        other = otel.get_tracer("plain")
        with other.start_as_current_span(marks("name of a plain OpenTelemetry span")) as plain:
            plain.set_attribute("a", marks("attribute of a plain OpenTelemetry span"))
        return {"answer": marks("outputs")}

    @mlflow.trace
    def stream() -> Iterator[str]:
        yield "clean"
        yield marks("chunk of a generator")

    @mlflow.trace
    def fails() -> None:
        raise ValueError(marks("exception message"))  # so says MARK_exception_stack_trace_END here

    ask(marks("inputs"), {"json": '{"a": "{\\"b\\": \\"' + marks("JSON inside JSON") + '\\"}"}'})
    flush()
    mlflow.set_trace_tag(str(mlflow.get_last_active_trace_id()), "later", marks("trace tag set later"))


def test_every_field(server: Server, before: Server) -> None:
    marks = Marks()
    to(before)
    plant(marks)
    to(server, spanmask.mlflow.processor(policy()))
    plant(marks)
    fields = marks.result(server.text, before.text)
    record("MLflow, Python", "span processor", version("mlflow-tracing"), fields)
    assert set(leaks(fields)) == OTEL_ONLY | REST
    assert len(server.spans) == len(before.spans) == 4
    assert "so says [M] here" in server.text


class Broken:
    def mask_object(self, value: Any, **_: Any) -> Any:
        raise RuntimeError(f"cannot mask {value}")


@pytest.mark.parametrize("kind", ["raises", "hangs"])
def test_fails_closed(kind: str, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """MLflow exports what a processor that raises was to mask. Ours leaves a placeholder."""
    masks: Any = Broken()
    if kind == "hangs":
        rules = {"version": 1, "profile": "otlp", "rules": [{"id": "A", "detect": "host:d", "fail": "refuse"}]}
        hang = threading.Event()
        masks = Policy(rules, detectors={"d": lambda text: [hang.wait() or (0, 0)]}, detector_timeout=0.02)
    marks = Marks()
    to(server, spanmask.mlflow.processor(masks))
    plant(marks)
    assert marks.seen(server.text) == OTEL_ONLY | REST and "MARK" not in caplog.text
    ours = [span for span in server.spans if "mlflow.traceRequestId" in attributes(span) and span.name == "[REDACTED]"]
    assert len(ours) == 3
    assert {attributes(span)["mlflow.spanInputs"] for span in ours} == {"[REDACTED]"}
    metadata = trace_of(server)["trace_metadata"]
    assert metadata["mlflow.trace.user"] == "[REDACTED]" and metadata["mlflow.trace_schema.version"] == "3"


def test_a_processor_has_a_name() -> None:
    """MLflow asks for it when one fails; without one, the span is lost."""
    mask_span = spanmask.mlflow.processor(policy())
    assert mask_span.__name__ == "mask_span" and mask_span.__code__.co_argcount == 1


def trace_of(server: Server) -> dict[str, Any]:
    (body,) = [body for path, body in server.bodies if path == "POST /api/3.0/mlflow/traces"]
    info: dict[str, Any] = json.loads(body)["trace"]["trace_info"]
    return info


MAIL = "My e-mail address is test@example.com"


def test_example_1_an_address(server: Server) -> None:
    rules = {"version": 1, "profile": "otlp", "rules": [{"id": "EMAIL", "detect": "email", "replace": "[REDACTED]"}]}

    @mlflow.trace
    def predict(text: str) -> str:
        return "Answer"

    to(server, spanmask.mlflow.processor(Policy(rules)))
    assert predict(MAIL) == "Answer"
    (span,) = server.spans
    assert attributes(span)["mlflow.spanInputs"] == {"text": "My e-mail address is [REDACTED]"}
    assert "test@example.com" not in server.text
    assert "[REDACTED]" in trace_of(server)["request_preview"]


def test_taken_off_again(server: Server) -> None:
    """`reset` and an empty list do; `configure()` alone does not."""

    @mlflow.trace
    def predict(text: str) -> str:
        return "Answer"

    def masked() -> bool:
        server.bodies.clear()
        predict(MAIL)
        assert len(server.spans) == 1
        return "test@example.com" not in server.text

    mask_span = spanmask.mlflow.processor(Policy("preset:default"))
    to(server, mask_span)
    assert masked()
    mlflow.tracing.configure()
    assert masked()
    mlflow.tracing.configure(span_processors=[])
    assert not masked()
    with mlflow.tracing.configure(span_processors=[mask_span]):
        assert masked()
    mlflow.tracing.configure(span_processors=[mask_span])
    assert masked()
    to(server)  # resets
    assert not masked()


ACCOUNT = "1234567890"
AGENT = {
    "version": 1,
    "profile": "otlp",
    "rules": [
        {"id": "ACCOUNT", "pattern": r"\d{10}", "replace": "[REDACTED]"},
        {"id": "TOOL", "attributes": ["mlflow.spanOutputs"], "when": {"span_kind": ["TOOL"]}, "replace": "[REDACTED]"},
    ],
}


def documented(span: Any) -> None:
    """The filter of the page's second example."""
    if span.span_type == SpanType.TOOL:
        span.set_outputs("[REDACTED]")
        return
    if isinstance(span.inputs, dict) and (messages := span.inputs.get("messages")):
        span.set_inputs({"messages": documented_messages(messages)})
    if isinstance(span.outputs, dict) and (messages := span.outputs.get("messages")):
        span.set_outputs({"messages": documented_messages(messages)})


def documented_messages(messages: Any) -> Any:
    if isinstance(messages, dict):
        messages = messages.get("messages")
    return [{**message, "content": re.sub(r"\d{10}", "[REDACTED]", message["content"])} for message in messages]


def agent() -> Any:
    """The page's agent, with a model that is played."""
    from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.tools import tool
    from langgraph.prebuilt import create_react_agent

    class Played(FakeMessagesListChatModel):
        def bind_tools(self, *_: Any, **__: Any) -> Any:
            return self

    @tool
    def get_bank_account_number(user_name: str) -> str:
        """Return the bank account number for the given user name."""
        return ACCOUNT

    call = {"name": "get_bank_account_number", "args": {"user_name": "John Doe"}, "id": "call-1"}
    replies = [AIMessage("", tool_calls=[call]), AIMessage(f"It is {ACCOUNT}.")]
    return create_react_agent(Played(responses=list(replies)), [get_bank_account_number])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_example_2_an_agent(server: Server, before: Server) -> None:
    """The filter as documented leaks the number. Ours does not, and the tool's output is gone whole."""
    question = {"messages": [{"role": "user", "content": "What is the bank account number for John Doe?"}]}
    leaking: dict[str, int] = {}
    for name, to_server, mask_span in (
        ("documented", before, documented), ("ours", server, spanmask.mlflow.processor(Policy(AGENT)))
    ):  # fmt: skip
        to(to_server, mask_span)
        mlflow.langchain.autolog()
        answer = agent().invoke(question)
        assert answer["messages"][-1].content == f"It is {ACCOUNT}.", "the application gets what it asked for"
        flush()
        leaking[name] = sum(ACCOUNT in str(attributes(span)) for span in to_server.spans)
    assert leaking["documented"] > 0 == leaking["ours"] and ACCOUNT not in server.text
    assert len(server.spans) == len(before.spans) > 5
    tools = [attributes(span) for span in server.spans if attributes(span)["mlflow.spanType"] == "TOOL"]
    assert tools and {tool["mlflow.spanOutputs"] for tool in tools} == {"[REDACTED]"}


def test_example_3_presidio(server: Server) -> None:
    from people import REQUEST, analyzer

    from spanmask.presidio import detectors

    entities = ["PERSON", "CREDIT_CARD", "EMAIL_ADDRESS", "LOCATION", "DATE_TIME"]
    rules = [{"id": name, "detect": f"host:{name}", "replace": f"<{name}>"} for name in entities]
    found = detectors(analyzer(), {name: [name] for name in entities})
    masks = Policy({"version": 1, "profile": "otlp", "rules": rules}, detectors=found, detector_timeout=30)

    @mlflow.trace(span_type=SpanType.AGENT)
    def customer_support_agent(request: str) -> str:
        return "Yes"

    to(server, spanmask.mlflow.processor(masks))
    customer_support_agent(REQUEST)
    (span,) = server.spans
    assert attributes(span)["mlflow.spanInputs"] == {
        "request": "Please cancel my credit card effective <DATE_TIME>. My name is <PERSON> and my credit card number is "
        "<CREDIT_CARD>. My email is <EMAIL_ADDRESS> and I live in <LOCATION>."
    }
    assert attributes(span)["mlflow.spanOutputs"] == "Yes"
    assert not [text for text in ("John", "4095", "@example.com", "Amsterdam", "September") if text in server.text]
