"""The examples, each a process of its own: what they print, and what arrives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sink import Sink
from test_mlflow import Server

HERE = Path(__file__).parent
PERSONAL = ("jo@example.com", "4000056655665556", "5550 0100", "12,345.67")


def run(name: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / "examples" / name)], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["presidio_app.py", "logging_app.py"])
def test_what_it_prints(name: str) -> None:
    lines = (HERE / "examples" / name).read_text("utf-8").replace("\\\\", "\\").splitlines()
    expected = [line[2:].strip() for line in lines if line.startswith("#>")]
    assert run(name).splitlines() == expected != []


def arrived(sink: Sink, *tokens: str) -> None:
    assert len(sink.spans) >= 1 and not [text for text in PERSONAL if text in sink.text]
    assert not [token for token in tokens if token not in sink.text]


KEYS = {"LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-1"}


def test_langfuse(sink: Sink) -> None:
    assert "+49 30 5550 0100" in run("langfuse_app.py", LANGFUSE_BASE_URL=sink.url, **KEYS)
    arrived(sink, "[REDACTED_EMAIL]", "[REDACTED_PAYMENT_CARD]", "[REDACTED_PHONE]")
    assert len(sink.spans) == 3


def test_otel(sink: Sink) -> None:
    assert "jo@example.com" in run("otel_app.py", OTEL_EXPORTER_OTLP_ENDPOINT=sink.url)
    arrived(sink, "[REDACTED_EMAIL]", "exception.stacktrace")


def test_mlflow() -> None:
    server = Server()
    try:
        assert "digits" in run("mlflow_app.py", MLFLOW_TRACKING_URI=server.url, MLFLOW_DISABLE_TELEMETRY="true")
        arrived(server, "[EMAIL]", "[REDACTED]")
    finally:
        server.close()


def test_haystack(sink: Sink) -> None:
    on = {"HAYSTACK_CONTENT_TRACING_ENABLED": "true", "HAYSTACK_TELEMETRY_ENABLED": "false", "LANGFUSE_HOST": sink.url}
    assert "jo@example.com" in run("haystack_app.py", **on, **KEYS)
    arrived(sink, "[REDACTED_EMAIL]", "[REDACTED_PAYMENT_CARD]")
