"""mask, mask_into, scan, reports, policies: types, errors, and what is allowed."""

from __future__ import annotations

import array
import copy
import mmap
import os
import pickle
import stat
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import RULES

import spanmask
from spanmask import (
    PRESETS,
    CapacityError,
    ImageError,
    JsonError,
    OversizeError,
    Policy,
    PolicyError,
    Problem,
    Report,
    SpanmaskError,
    Stream,
)

TEXT = '{"to": "jo@example.com", "n": 1}'
MASKED = '{"to": "[EMAIL]", "n": 1}'


def test_the_type_holds(policy: Policy) -> None:
    assert policy.mask(TEXT) == MASKED
    assert policy.mask(TEXT.encode()) == MASKED.encode()
    for lent in (bytearray(TEXT.encode()), memoryview(TEXT.encode()), array.array("B", TEXT.encode())):
        masked = policy.mask(lent)
        assert type(masked) is bytes
        assert masked == MASKED.encode()
        assert bytes(lent) == TEXT.encode()


def test_what_nothing_matched_in_comes_back_itself(policy: Policy) -> None:
    for text in ('{"a": 1}', b'{"a": 1}', "", b""):
        assert policy.mask(text) is text


@pytest.mark.parametrize("call", ["mask", "scan", "mask_into"])
@pytest.mark.parametrize("value", [None, 7, ["x"], {"a": 1}, object()])
def test_wrong_types(policy: Policy, call: str, value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        getattr(policy, call)(value)


def test_what_cannot_be_written_to(policy: Policy) -> None:
    for value in (b"[]", memoryview(b"[]"), memoryview(bytearray(8))[::2]):
        with pytest.raises(TypeError, match="writable"):
            policy.mask_into(value)
    with pytest.raises(TypeError, match="str"):
        policy.mask_into("[]")  # type: ignore[arg-type]
    released = memoryview(bytearray(b"[]"))
    released.release()
    with pytest.raises(ValueError, match="released"):
        policy.mask_into(released)


def test_into_a_buffer(policy: Policy) -> None:
    buffer = bytearray(TEXT.encode())
    length = policy.mask_into(buffer)
    assert buffer[:length] == MASKED.encode()
    # Nothing of the text is left behind it, and all of the buffer is still JSON.
    assert buffer[length:] == b" " * (len(TEXT) - length)
    room = bytearray(b'["K-1234"]......')
    assert policy.mask_into(room, 10) == 5
    assert room == b'["#"]     ......'
    with pytest.raises(ValueError, match="length"):
        policy.mask_into(room, 17)


def test_a_result_that_does_not_fit() -> None:
    longer = Policy({"version": 1, "rules": [{"id": "A", "pattern": "a", "replace": "longer"}]})
    buffer = bytearray(b'["a"]')
    with pytest.raises(CapacityError) as raised:
        longer.mask_into(buffer)
    assert (raised.value.code, raised.value.needed) == ("capacity", 10)
    assert buffer == b'["a"]'
    buffer.extend(bytes(raised.value.needed - len(buffer)))
    assert longer.mask_into(buffer, 5) == 10
    assert buffer == b'["longer"]'


def test_a_mapped_file(policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(TEXT)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        policy.mask_into(mapped)
    assert path.read_text().rstrip(" ") == MASKED


def test_refused_texts(policy: Policy) -> None:
    with pytest.raises(JsonError) as raised:
        policy.mask(b'{"\xc3\xa9": ]}')
    assert (raised.value.code, raised.value.offset) == ("syntax", 7)
    assert str(raised.value) == "unexpected byte at byte 7"
    with pytest.raises(JsonError) as raised:
        policy.mask('{"é": ]}')
    assert (raised.value.code, raised.value.offset) == ("syntax", 6)
    with pytest.raises(JsonError) as raised:
        policy.mask('["é\ud800"]')
    assert (raised.value.code, raised.value.offset) == ("utf8", 3)
    with pytest.raises(JsonError) as raised:
        policy.mask("1 2", framing="one")
    assert raised.value.code == "trailing"
    with pytest.raises(ValueError, match="framing is one of"):
        policy.mask("1", framing="two")  # type: ignore[call-overload]


def test_findings(policy: Policy) -> None:
    text = '{"é": "ß jo@example.com", "b": ["K-1234"]}'
    first, second = policy.scan(text)
    assert text[first.start : first.end] == "jo@example.com"
    assert text[second.start : second.end] == "K-1234"
    assert (first.rule, first.index, first.level, first.path) == ("EMAIL", 0, 1, "$['é']")
    assert policy.scan(text) == [first, second]
    assert "é" not in repr(first)
    assert policy.scan("[]") == []


def test_reports_add_up(policy: Policy) -> None:
    report = Report()
    for _ in range(3):
        policy.mask(TEXT, report=report)
    policy.mask_object(["K-1234", "x"], report=report)
    Policy("preset:default").mask('["jo@example.com"]', report=report)
    assert report.counts == {"EMAIL": 4, "CODE": 1}
    assert (report.parts, report.bytes_masked, report.values, report.texts) == (5, 4 * 14 + 6, 6, 5)
    assert repr(report) == "Report(parts=5, bytes_masked=62, values=6, texts=5)"


def test_sources_of_policies(tmp_path: Path) -> None:
    yaml = "version: 1\nrules: [{id: A, pattern: a}]"
    toml = "version = 1\nrules = [{id = 'A', pattern = 'a'}]"
    json = '{"version": 1, "rules": [{"id": "A", "pattern": "a"}]}'
    policies = [Policy(yaml), Policy(yaml, format="yaml"), Policy(toml, format="toml"), Policy(json, format="json")]
    policies += [Policy({"version": 1, "rules": [{"id": "A", "pattern": "a"}]}), Policy(json)]
    for name, text in (("p.yaml", yaml), ("p.toml", toml), ("p.json", json), ("p", yaml)):
        (tmp_path / name).write_text(text)
        policies += [Policy.load(tmp_path / name), Policy.load(str(tmp_path / name))]
    for policy in policies:
        assert policy.rules == ("A",)
        assert policy.mask('["a"]') == '["[REDACTED]"]'
    assert set(PRESETS) == {"default", "langfuse-docs"}
    assert "EMAIL" in Policy("preset:langfuse-docs").rules


def test_what_is_no_policy(tmp_path: Path) -> None:
    for value in (7, None, b"version: 1", tmp_path):
        with pytest.raises(TypeError, match="Policy.load"):
            Policy(value)  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match="Policy.load"):
        Policy("policy.yaml")
    with pytest.raises(FileNotFoundError):
        Policy.load(tmp_path / "none.yaml")
    (tmp_path / "latin").write_bytes(b"\xe9")
    with pytest.raises(PolicyError, match="UTF-8"):
        Policy.load(tmp_path / "latin")
    with pytest.raises(TypeError, match="int"):
        Policy.load(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Policy({"version": 1, "rules": {1, 2}})
    with pytest.raises(ValueError, match="format is one of"):
        Policy("version: 1", format="ini")  # type: ignore[arg-type]


def test_problems() -> None:
    with pytest.raises(PolicyError) as raised:
        Policy({"version": 1, "rules": [{"id": "A", "detect": "emial"}, {"id": "A", "pattern": "("}]})
    first = raised.value.problems[0]
    assert isinstance(first, Problem)
    assert (first.kind, first.path) == ("unknown_name", "rules[0].detect")
    assert "email" in (first.suggestion or "")
    assert len(raised.value.problems) >= 2


def test_keys_and_literals(tmp_path: Path) -> None:
    rules = {"version": 1, "rules": [{"id": "A", "pattern": "a", "hash": {"key_env": "SPANMASK_TEST_KEY"}}]}
    with pytest.raises(PolicyError) as raised:
        Policy(rules)
    assert raised.value.problems[0].kind == "external"
    with pytest.raises(PolicyError):
        Policy(rules, keys=os.environ)
    keyed = Policy(rules, keys={"SPANMASK_TEST_KEY": "pepper-pepper-pepper"})
    assert keyed.mask('["a"]') == Policy(rules, keys={"SPANMASK_TEST_KEY": b"pepper-pepper-pepper"}).mask('["a"]')
    with pytest.raises(TypeError):
        Policy(rules, keys={"SPANMASK_TEST_KEY": 7})  # type: ignore[dict-item]
    with pytest.raises(ImageError) as refused:
        keyed.to_bytes()
    assert refused.value.code == "keys"
    keyed.save(tmp_path / "image", with_keys=True)
    assert stat.S_IMODE((tmp_path / "image").stat().st_mode) == 0o600
    assert Policy.load(tmp_path / "image").mask('["a"]') == keyed.mask('["a"]')
    names = {"version": 1, "rules": [{"id": "N", "literals_file": "names.txt"}]}
    assert Policy(names, literals={"names.txt": "Zoë\nBob"}).mask('["Zoë, Bob"]') == '["[REDACTED], [REDACTED]"]'
    (tmp_path / "names.txt").write_text("Zoë\n", "utf-8")
    (tmp_path / "policy.yaml").write_text("version: 1\nrules: [{id: N, literals_file: names.txt}]")
    assert Policy.load(tmp_path / "policy.yaml").mask('["Zoë"]') == '["[REDACTED]"]'


def test_images(policy: Policy, tmp_path: Path) -> None:
    image = policy.to_bytes()
    for source in (image, bytearray(image), memoryview(image)):
        assert Policy.load(source).mask(TEXT) == MASKED
    policy.save(tmp_path / "policy.image")
    assert Policy.load(tmp_path / "policy.image").rules == policy.rules
    assert [path.name for path in tmp_path.iterdir()] == ["policy.image"]
    for damaged, code in ((image[:-1], "short"), (b"", "short"), (image + b"x", "long"), (b"version: 1", "magic")):
        with pytest.raises(ImageError) as raised:
            Policy.load(damaged)
        assert raised.value.code == code


def test_policies_are_values(policy: Policy) -> None:
    assert copy.copy(policy) is copy.deepcopy(policy) is policy
    assert policy.warnings == ()
    assert repr(policy) == "<spanmask.Policy rules=['EMAIL', 'CODE', 'SECRET']>"
    with pytest.raises(TypeError, match="to_bytes"):
        pickle.dumps(policy)


def test_errors_can_be_pickled(policy: Policy) -> None:
    calls: list[Callable[[], object]] = [
        lambda: policy.mask("x"),
        lambda: Policy("version: 2"),
        lambda: policy.mask_object(object()),
        lambda: Policy.load(b"x"),
        lambda: Stream(policy, window=32).push(b'"' + b"x" * 99),
    ]
    for call in calls:
        with pytest.raises(SpanmaskError) as raised:
            call()
        loaded = pickle.loads(pickle.dumps(raised.value))
        assert type(loaded) is type(raised.value)
        assert (str(loaded), vars(loaded)) == (str(raised.value), vars(raised.value))
        assert isinstance(raised.value, ValueError)


CANARY = "zq-canary-7391"


def test_no_error_shows_the_input(policy: Policy) -> None:
    secret = f'{{"{CANARY}": "{CANARY}" {CANARY}'
    deep: Any = CANARY
    for _ in range(2000):
        deep = {CANARY: deep}

    def detector(text: str) -> list[tuple[int, int]]:
        raise ValueError(text)

    asks = {"version": 1, "rules": [{"id": "H", "detect": "host:h", "fail": "refuse"}]}
    strict = Policy(asks, detectors={"h": detector})
    calls: list[Callable[[], object]] = [
        lambda: policy.mask(secret),
        lambda: policy.mask(secret.encode()),
        lambda: policy.mask_into(bytearray(secret.encode())),
        lambda: policy.scan(secret),
        lambda: Stream(policy).push(secret.encode()) + Stream(policy).finish(),
        lambda: Stream(policy, window=32).push(f'"{CANARY * 9}"'.encode()),
        lambda: policy.mask_object(deep),
        lambda: policy.mask_object({CANARY: [CANARY, object()]}),
        lambda: policy.mask(f'["\ud800{CANARY}"]'),
        lambda: strict.mask(f'["{CANARY}"]'),
    ]
    for call in calls:
        try:
            call()
        except SpanmaskError as error:
            shown = "".join(traceback.format_exception(type(error), error, error.__traceback__.tb_next)) + repr(error)  # type: ignore[union-attr]
            assert CANARY not in shown.replace(secret, "")
            assert CANARY not in repr(vars(error))
            assert error.__context__ is None
            assert error.__cause__ is None


def test_streams_of_one_window() -> None:
    policy = Policy(RULES)
    with pytest.raises(OversizeError) as raised:
        Stream(policy, window=32).push(b'"' + b"x" * 99)
    assert (raised.value.code, raised.value.offset) == ("oversize", 0)
    stream = Stream(policy, window=32, oversize="mask")
    assert stream.push(b'["' + b"x" * 99 + b'"]') + stream.finish() == b'["[REDACTED]"]'
    assert stream.oversized == 1


def test_panics(capfd: pytest.CaptureFixture[str]) -> None:
    hook = getattr(spanmask._spanmask, "_panic", None)
    if hook is None:
        pytest.skip("built without hooks: `make python` has them")
    for detach in (False, True):
        with pytest.raises(spanmask.InternalError) as raised:
            hook(CANARY, detach)
        assert raised.value.code == "internal"
        assert CANARY not in str(raised.value)
    assert CANARY not in "".join(capfd.readouterr())
