"""Every case of `conformance/`, in every way that this surface has. `conformance/README.md` says what the fields mean."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import CONFORMANCE, traces, truth

from spanmask import CapacityError, JsonError, OversizeError, Policy, PolicyError, Report, Stream

#: What a case may say. One that says something else is half understood.
FIELDS = {
    "name", "policy", "policy_text", "externals", "framing", "input", "input_base64", "repeat", "output", "output_repeat",
    "error", "problems", "warnings", "counts", "report", "findings", "absent", "present", "splits",
}  # fmt: skip
#: What a stream looks at together.
WINDOW = 1 << 20
#: Parts that a masker keeps in mind; beyond, a text may need more room on the way than at the end.
KEPT_PARTS = 98_304
LEVELS = 8

FILES = sorted((CONFORMANCE / "cases").glob("*.json"))
compiled: dict[str, tuple[Policy, Policy]] = {}
#: How many cases went through each way.
ran: dict[str, int] = {}


class Case:
    def __init__(self, path: Path, file: dict[str, Any], case: dict[str, Any]) -> None:
        assert case.keys() <= FIELDS, f"{path.name}: unknown fields {case.keys() - FIELDS}"
        self.kind = path.name.split("_")[0]
        self.fields = case
        self.of_file = file.get("policy")

    def policy(self) -> tuple[Policy, Policy]:
        """And the same from its image. Many cases have the same one, which is compiled once."""
        externals = self.fields.get("externals", {})
        assert externals.keys() <= {"keys", "literals"}
        key = json.dumps([self.fields.get("policy_text", self.fields.get("policy", self.of_file)), externals])
        if key not in compiled:
            policy = self.compile(externals)
            compiled[key] = (policy, Policy.load(policy.to_bytes(with_keys=True)))
        return compiled[key]

    def compile(self, externals: Any) -> Policy:
        if "policy_text" in self.fields:
            written = self.fields["policy_text"]
            return Policy(written["text"], format=written["format"], **externals)
        policy = self.fields.get("policy", self.of_file)
        if isinstance(policy, str):
            return Policy(policy, **externals)
        return Policy(json.dumps(policy), format="json", **externals)

    def text(self, name: str) -> bytes | None:
        if name in self.fields:
            return str(self.fields[name]).encode()
        if name == "input" and "input_base64" in self.fields:
            return base64.b64decode(self.fields["input_base64"])
        repeat = self.fields.get("repeat" if name == "input" else "output_repeat")
        if repeat is None:
            return None
        assert repeat.keys() <= {"prefix", "unit", "times", "suffix", "suffix_unit"}
        times, behind = repeat["times"], repeat.get("suffix_unit", "")
        return str(repeat["prefix"] + repeat["unit"] * times + repeat["suffix"] + behind * times).encode()

    @property
    def framing(self) -> Any:
        return self.fields.get("framing", "sequence")


def count(way: str) -> None:
    ran[way] = ran.get(way, 0) + 1


def cases() -> Iterator[Any]:
    for path in FILES:
        file = json.loads(path.read_text("utf-8"))
        assert file.keys() <= {"about", "policy", "cases"}, path.name
        for case in file["cases"]:
            yield pytest.param(Case(path, file, case), id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: Case) -> None:
    if "problems" in case.fields:
        refused_policy(case)
        return
    policy, saved = case.policy()
    if "warnings" in case.fields:
        assert [warning.split(": ")[0] for warning in policy.warnings] == case.fields["warnings"]
    text = case.text("input")
    assert text is not None
    if "error" in case.fields:
        refused(policy, case, text)
        return
    output = {"mask": case.text("output"), "keep": text, "free": policy.mask(text, framing=case.framing)}[case.kind]
    assert output is not None
    copied(policy, case, text, output)
    in_place(policy, case, text, output)
    streamed(policy, case, text, output)
    as_object(policy, case, text, output)
    assert saved.mask(text, framing=case.framing) == output
    if case.kind == "free":
        same_shape(text, output)
    held(case, output)


def refused_policy(case: Case) -> None:
    with pytest.raises(PolicyError) as raised:
        case.policy()
    problems = raised.value.problems
    expected = case.fields["problems"]
    assert [(problem.kind, problem.path) for problem in problems] == [(of["kind"], of["path"]) for of in expected]
    for problem, of in zip(problems, expected):
        assert of.get("suggestion", "") in (problem.suggestion or "")
    count("policies refused")


def refused(policy: Policy, case: Case, text: bytes) -> None:
    expected = (case.fields["error"]["reason"], case.fields["error"]["offset"])
    for call in (policy.mask, policy.scan, lambda of, framing: policy.mask_into(bytearray(of), framing=framing)):
        with pytest.raises(JsonError) as raised:
            call(text, framing=case.framing)
        assert (raised.value.code, raised.value.offset) == expected
    for cut in cuts(len(text)):
        stream = Stream(policy, framing=case.framing)
        with pytest.raises(JsonError) as raised:
            pieces(stream, text, cut)
        assert (raised.value.code, raised.value.offset) == expected
    try:
        characters = len(text[: expected[1]].decode())
        with pytest.raises(JsonError) as raised:
            policy.mask(text.decode(), framing=case.framing)
        assert (raised.value.code, raised.value.offset) == (expected[0], characters)
    except UnicodeDecodeError:
        pass
    count("inputs refused")


def copied(policy: Policy, case: Case, text: bytes, output: bytes) -> None:
    report = Report()
    masked = policy.mask(text, framing=case.framing, report=report)
    assert masked == output
    assert (masked is text) == (report.parts == 0)
    assert policy.mask(bytearray(text), framing=case.framing) == output
    assert policy.mask(memoryview(text), framing=case.framing) == output
    counted(case, report)
    found = policy.scan(text, framing=case.framing)
    assert len(found) == report.parts
    if "findings" in case.fields:
        fields = ("rule", "path", "start", "end", "level")
        assert [{name: getattr(one, name) for name in fields} for one in found] == case.fields["findings"]
    written = text.decode()
    assert policy.mask(written, framing=case.framing) == output.decode()
    for one, in_text in zip(found, policy.scan(written, framing=case.framing)):
        assert written[in_text.start : in_text.end].encode() == text[one.start : one.end]
    count("mask")


def in_place(policy: Policy, case: Case, text: bytes, output: bytes) -> None:
    exact = max(len(text), len(output))
    for capacity in (exact, exact + 1, 2 * exact + 100):
        report = Report()
        buffer = bytearray(text + b"\xaa" * (capacity - len(text)))
        try:
            length = policy.mask_into(buffer, len(text), framing=case.framing, report=report)
        except CapacityError as error:
            assert len(policy.scan(text, framing=case.framing)) > KEPT_PARTS
            buffer = bytearray(text + b"\xaa" * (error.needed - len(text)))
            length = policy.mask_into(memoryview(buffer), len(text), framing=case.framing, report=report)
        assert buffer[:length] == output
        assert not buffer[length : len(text)].strip(b" ")
        counted(case, report)
    if len(output) > len(text):
        buffer = bytearray(text + b"\xaa" * (len(output) - 1 - len(text)))
        before = bytes(buffer)
        with pytest.raises(CapacityError) as raised:
            policy.mask_into(buffer, len(text), framing=case.framing)
        assert raised.value.needed >= len(output)
        assert buffer == before
    count("mask_into")


def cuts(length: int) -> list[int]:
    """Where the first piece ends: everywhere in short inputs, in some places of long ones."""
    if length <= 64:
        return list(range(length + 1))
    return [1, length // 3, length]


def pieces(stream: Stream, text: bytes, cut: int) -> bytes:
    return stream.push(text[:cut]) + stream.push(text[cut:]) + stream.finish()


def streamed(policy: Policy, case: Case, text: bytes, output: bytes) -> None:
    stream = Stream(policy, framing=case.framing)
    for cut in cuts(len(text)):
        try:
            assert pieces(stream, text, cut) == output
        except OversizeError:
            assert len(text) > WINDOW
        else:
            counted(case, stream.report)
        stream.reset()
    count("Stream")


def as_object(policy: Policy, case: Case, text: bytes, output: bytes) -> None:
    """Where Python's objects can say what the text says: one text, names that are unique, numbers that Python writes so."""
    try:
        value, expected = parse(text), parse(output)
    except (ValueError, RecursionError):
        count("mask_object cannot")
        return
    report = Report()
    masked = policy.mask_object(value, report=report)
    # `repr` tells 0 from 0.0 and False, and sees lone surrogates.
    assert repr(masked) == repr(as_floats(value, expected))
    assert (masked is value) == (report.parts == 0)
    # Where nobody counts, texts may be masked one by one.
    alone = policy.mask_object(value)
    assert repr(alone) == repr(masked) and (alone is value) == (masked is value)
    assert repr(value) == repr(parse(text)), "the object itself changed"
    if "counts" in case.fields:
        assert report.counts == {rule: parts for rule, parts in case.fields["counts"].items() if parts}
    count("mask_object")


def as_floats(value: Any, masked: Any) -> Any:
    """`masked` with 0.0 where 0 stands for a float: the type holds."""
    if isinstance(value, dict):
        return {name: as_floats(member, masked[name]) for name, member in value.items()}
    if isinstance(value, list):
        return [as_floats(item, of) for item, of in zip(value, masked)]
    return float(masked) if isinstance(value, float) else masked


def parse(text: bytes) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name stands twice")
        return dict(pairs)

    def number(digits: str) -> float:
        if repr(float(digits)) != digits and digits != "0":
            raise ValueError("Python writes this number otherwise")
        return float(digits)

    return json.loads(text, object_pairs_hook=members, parse_float=number)


def counted(case: Case, report: Report) -> None:
    if "counts" in case.fields:
        assert report.counts == {rule: parts for rule, parts in case.fields["counts"].items() if parts}
    for name, number in case.fields.get("report", {}).items():
        assert getattr(report, name) == number


def texts(text: bytes) -> Iterator[Any]:
    decoder, written, at = json.JSONDecoder(object_pairs_hook=lambda pairs: ("object", pairs)), text.decode(), 0
    while at < len(written) and (rest := written[at:].lstrip(" \t\r\n")):
        value, end = decoder.raw_decode(rest)
        at = len(written) - len(rest) + end
        yield value


def nested(text: str) -> Any:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "[", '"'):
        return None
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: ("object", pairs))
    except (ValueError, RecursionError):
        return None


def strings(value: Any, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        inner = nested(value) if levels else None
        if inner is not None:
            yield from strings(inner, levels - 1)
    elif isinstance(value, tuple):
        for _, member in value[1]:
            yield from strings(member, levels)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, levels)


def held(case: Case, output: bytes) -> None:
    if "absent" not in case.fields and "present" not in case.fields:
        return
    all_strings = [string for value in texts(output) for string in strings(value, LEVELS)]
    for absent in case.fields.get("absent", []):
        assert not any(absent in string for string in all_strings)
    for present in case.fields.get("present", []):
        assert any(present in string for string in all_strings)


def same_shape(text: bytes, output: bytes) -> None:
    for before, after in zip(texts(text), texts(output)):
        assert shape(before) == shape(after)


def shape(value: Any) -> Any:
    if isinstance(value, tuple):
        return [(name, shape(member)) for name, member in value[1]]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


def test_how_many() -> None:
    """Runs behind the cases: each way took as many as it should."""
    total = sum(len(json.loads(path.read_text("utf-8"))["cases"]) for path in FILES)
    if sum(ran.get(way, 0) for way in ("policies refused", "inputs refused", "mask")) < total:
        pytest.skip("only some of the cases were selected")
    print(ran)
    assert ran["mask"] == ran["mask_into"] == ran["Stream"] >= 250
    assert ran["inputs refused"] >= 30
    assert ran["mask_object"] + ran["mask_object cannot"] == ran["mask"]
    assert ran["mask_object"] >= 0.8 * ran["mask"]


SUITE = sorted((CONFORMANCE / "json-test-suite").glob("*_*.json"))


@pytest.mark.parametrize("preset", ["preset:default", "preset:langfuse-docs"])
def test_json_test_suite(preset: str) -> None:
    policy = Policy(preset)
    answers = json.loads((CONFORMANCE / "json-test-suite" / "answers.json").read_text("utf-8"))
    assert len(SUITE) == 95 + 188 + len(answers)
    for path in SUITE:
        text, kind = path.read_bytes(), path.name[0]
        accepted = answers[path.name]["accepted"] if kind == "i" else kind == "y"
        if accepted:
            assert policy.mask(text, framing="one") == text, path.name
            assert pieces(Stream(policy, framing="one"), text, len(text) // 2) == text, path.name
            continue
        with pytest.raises(JsonError):
            policy.mask(text, framing="one")
        with pytest.raises(JsonError):
            policy.mask_into(bytearray(text), framing="one")
        with pytest.raises(JsonError):
            pieces(Stream(policy, framing="one"), text, len(text) // 2)


@pytest.mark.parametrize("path", traces(), ids=lambda path: str(path.name))
def test_traces(path: Path, default: Policy) -> None:
    text = path.read_bytes()
    masked = default.mask(text)
    value = json.loads(text)
    planted = [planted for kind, values in truth().items() if kind != "name" for planted in values]
    before = [string for of in texts(text) for string in strings(of, LEVELS)]
    after = [string for of in texts(masked) for string in strings(of, LEVELS)]
    assert any(one in string for string in before for one in planted)
    assert not any(one in string for string in after for one in planted)
    buffer = bytearray(text + b" " * 4096)
    assert buffer[: default.mask_into(buffer, len(text))] == masked
    assert pieces(Stream(default, window=1 << 16), text, 1000) == masked
    assert default.mask_object(value) == json.loads(masked)
    assert default.mask(masked) == masked
    same_shape(text, masked)
