"""Logging: what a handler writes."""

from __future__ import annotations

import io
import json
import logging
import platform
from typing import Any

import pytest
from marks import Marks, leaks, policy, record

from spanmask import Policy
from spanmask.logging import MaskingFilter


class AsJson(logging.Formatter):
    """As formatters for log collectors do: all fields of a record."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return json.dumps({**record.__dict__, "formatted": text}, default=repr)


def logged(masks: Any, formatter: logging.Formatter, *calls: Any) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    if masks is not None:
        handler.addFilter(MaskingFilter(masks))
    log = logging.Logger("app")
    log.addHandler(handler)
    for call in calls:
        call(log)
    return out.getvalue()


def plant(marks: Marks, log: logging.Logger) -> None:
    marks("exception stack trace")
    log.error(marks("message") + " %s %r", marks("argument"), {"k": marks("object as an argument")})
    log.warning('{"json": "{\\"a\\": \\"' + marks("JSON inside JSON") + '\\"}"}')
    log.info("call", extra={"user": marks("extra field"), "request": {"headers": [marks("nested extra field")], "at": object()}})
    try:
        raise ValueError(marks("exception message"))  # so says MARK_exception_stack_trace_END here
    except ValueError:
        log.exception("failed")
    log.info("here", stack_info=True)


@pytest.mark.parametrize("formatter", [logging.Formatter(), AsJson()])
def test_every_field(formatter: logging.Formatter) -> None:
    marks = Marks()
    plain = logged(None, AsJson(), lambda log: plant(marks, log))
    text = logged(policy(), formatter, lambda log: plant(marks, log))
    fields = marks.result(text, plain)
    record("logging, Python", "filter", platform.python_version(), fields)
    assert not leaks(fields)
    assert "so says [M] here so says [M] here {'k': 'so says [M] here'}" in text
    assert "ValueError: so says [M] here" in text and "Stack (most recent call last)" in text


class Broken:
    def mask_object(self, value: Any, **_: Any) -> Any:
        raise RuntimeError(f"cannot mask {value}")


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("MARK_x")

    __repr__ = __str__


@pytest.mark.parametrize("formatter", [logging.Formatter(), AsJson()])
def test_fails_closed(formatter: logging.Formatter) -> None:
    marks = Marks()
    text = logged(Broken(), formatter, lambda log: plant(marks, log))
    assert "MARK" not in text and text.count("[REDACTED]") >= 5


def test_what_cannot_be_printed() -> None:
    text = logged(
        policy(), AsJson(), lambda log: log.error("%s", Odd()), lambda log: log.error("%d of %d", "MARK_x"),
        lambda log: log.error("fine", extra={"odd": Odd(), "k": "MARK_x"}),
    )  # fmt: skip
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["msg"] for line in lines] == ["[REDACTED]", "[REDACTED]", "fine"]
    assert (lines[2]["odd"], lines[2]["k"]) == ("[REDACTED]", "[M]")


def test_the_record_stays_a_record() -> None:
    out = logged(Policy("preset:default"), logging.Formatter("%(name)s %(levelname)s %(message)s"), lambda log: log.error("a %s", 1))
    assert out == "app ERROR a 1\n"
