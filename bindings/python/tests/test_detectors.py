"""Detectors of the host: what they tell, and how they fail."""

from __future__ import annotations

import gc
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from spanmask import DetectorError, JsonError, Policy, PolicyError, Stream

Spans = Iterable[tuple[int, int]]
NAME = re.compile("Zoë|Bob")


def names(text: str) -> Spans:
    return [match.span() for match in NAME.finditer(text)]


def asking(detector: Any, fail: str = "mask", **options: Any) -> Policy:
    rule = {"id": "NAME", "detect": "host:names", "fail": fail, "replace": "[NAME]"}
    other = {"id": "CODE", "pattern": r"K-\d{4}", "replace": "#"}
    return Policy({"version": 1, "rules": [rule, other]}, detectors={"names": detector}, **options)


def test_spans_count_characters() -> None:
    policy = asking(names)
    assert policy.mask('["ß Zo\\u00eb, K-1234 and Bob"]') == '["ß [NAME], # and [NAME]"]'
    assert policy.mask_object({"a": ["😀Zoë😀", "Bob"]}) == {"a": ["😀[NAME]😀", "[NAME]"]}
    found = policy.scan('["ßßß Bob"]')
    assert [(one.rule, one.start, one.end) for one in found] == [("NAME", 6, 9)]
    stream = Stream(policy)
    assert stream.push(b'["Ask Bob') + stream.push(b' now"]') + stream.finish() == b'["Ask [NAME] now"]'


def test_what_spans_may_be() -> None:
    told: list[Callable[[str], Any]] = [
        lambda text: [(4, 7)],
        lambda text: ((4, 7),),
        lambda text: [[4, 7]],
        lambda text: iter([(4, 7)]),
        lambda text: {(4, 7)},
        lambda text: [(4, 7), (4, 6), (5, 7)],
    ]
    for detector in told:
        assert asking(detector).mask('["Ask Bob now"]') == '["Ask [NAME] now"]'
    assert asking(lambda text: []).mask('["Ask Bob"]') == '["Ask Bob"]'


FAILURES: list[Callable[[str], Any]] = [
    lambda text: [(0, 99)],
    lambda text: [(-1, 2)],
    lambda text: [(3, 2)],
    lambda text: [(0, 1, 2)],
    lambda text: [("0", "1")],
    lambda text: [0, 1],
    lambda text: None,
    lambda text: 7,
    lambda text: [(0, 1)] * 2000,
    lambda text: (_ for _ in (1 / 0,)),
    lambda: [],  # type: ignore[list-item, misc]
    lambda text: dict[str, Any]()[text],
]


@pytest.mark.parametrize("text", ["Bob K-1234", "Zoë K-1234"])
@pytest.mark.parametrize("detector", FAILURES)
def test_failures_are_the_policys_affair(detector: Any, text: str) -> None:
    assert asking(detector).mask_object([text]) == ["[NAME]"]
    strict = asking(detector, fail="refuse")
    calls: list[Callable[[], object]] = [
        lambda: strict.mask(f'["{text}"]'),
        lambda: strict.mask_into(bytearray(f'["{text}"]'.encode())),
        lambda: strict.mask_object([text]),
        lambda: strict.scan(f'["{text}"]'),
        lambda: (stream := Stream(strict)).push(f'["{text}"]'.encode()) + stream.finish(),
    ]
    for call in calls:
        with pytest.raises(DetectorError) as raised:
            call()
        assert (raised.value.code, raised.value.rule) == ("detector", "NAME")
        assert raised.value.__cause__ is raised.value.__context__ is None


def test_the_message_names_the_type() -> None:
    def fails(text: str) -> Spans:
        raise LookupError(text)

    with pytest.raises(DetectorError) as raised:
        asking(fails, fail="refuse").mask('["ab", "Bob"]')
    assert str(raised.value) == "the detector of the rule NAME failed: LookupError"
    assert raised.value.offset == 2


def test_long_texts_are_not_handed_over() -> None:
    rule = {"id": "NAME", "detect": "host:names", "max_bytes": 10}
    lengths: list[int] = []

    def notes(text: str) -> Spans:
        lengths.append(len(text))
        return []

    policy = Policy({"version": 1, "rules": [rule]}, detectors={"names": notes})
    assert policy.mask_object(["a" * 10, "b" * 11]) == ["a" * 10, "[REDACTED]"]
    assert lengths == [10]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_interrupts_end_the_call(interrupt: type[BaseException]) -> None:
    asked: list[str] = []

    def stops(text: str) -> Spans:
        asked.append(text)
        raise interrupt

    policy = asking(stops)
    calls: list[Callable[[], object]] = [
        lambda: policy.mask('["a", "b", "c"]'),
        lambda: policy.mask_object(["a", "b", "c"]),
    ]
    for call in calls:
        asked.clear()
        with pytest.raises(interrupt):
            call()
        assert asked == ["a"]
    assert asking(names).mask('["Bob"]') == '["[NAME]"]'


def test_detectors_that_are_missing() -> None:
    rules = {"version": 1, "rules": [{"id": "NAME", "detect": "host:names"}]}
    for detectors in (None, {}, {"other": names}):
        with pytest.raises(PolicyError) as raised:
            Policy(rules, detectors=detectors)
        assert raised.value.problems[0].kind == "external"
        assert "names" in str(raised.value)
    with pytest.raises(TypeError):
        Policy(rules, detectors={"names": 7})  # type: ignore[dict-item]
    with pytest.raises((TypeError, AttributeError)):
        Policy(rules, detectors=[names])  # type: ignore[arg-type]


def test_detectors_of_a_saved_policy() -> None:
    image = asking(names).to_bytes()
    assert Policy.load(image, detectors={"names": names}).mask('["Bob"]') == '["[NAME]"]'
    with pytest.raises(PolicyError):
        Policy.load(image)


def test_a_detector_may_mask() -> None:
    inner = asking(names)

    def masks(text: str) -> Spans:
        assert inner.mask_object([text]) is not None
        if text == "again":
            with pytest.raises(JsonError):
                policy.mask("[")
        return names(text)

    policy = asking(masks)
    assert policy.mask_object(["Bob", "again"]) == ["[NAME]", "again"]


def test_a_detector_that_hangs() -> None:
    hangs = threading.Event()
    asked: list[str] = []

    def slow(text: str) -> Iterator[tuple[int, int]]:
        asked.append(text)
        if text == "hang":
            hangs.wait()
        yield from names(text)

    policy = asking(slow, detector_timeout=0.2)
    assert policy.mask_object(["Bob", "x"]) == ["[NAME]", "x"]
    # It is not asked again while it hangs, so only the first value waits.
    values = ["hang"] + [f"x{number}" for number in range(200)]
    assert policy.mask_object(values) == ["[NAME]"] * 201
    assert len(asked) == 3
    strict = asking(slow, fail="refuse", detector_timeout=0.2)
    with pytest.raises(DetectorError, match="DetectorTimeout"):
        strict.mask_object(["hang"])
    hangs.set()
    while policy.mask_object(["Bob and Bob"]) != ["[NAME] and [NAME]"]:
        pass
    for seconds in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="detector_timeout"):
            asking(slow, detector_timeout=seconds)


def test_failures_within_a_limit_of_time() -> None:
    def fails(text: str) -> Spans:
        raise LookupError(text)

    def stops(text: str) -> Spans:
        raise KeyboardInterrupt

    with pytest.raises(DetectorError, match="LookupError"):
        asking(fails, fail="refuse", detector_timeout=60).mask('["a"]')
    with pytest.raises(KeyboardInterrupt):
        asking(stops, detector_timeout=60).mask('["a"]')


def test_threads_end_with_the_policy() -> None:
    before = set(threading.enumerate())
    policy = asking(names, detector_timeout=60)
    assert policy.mask('["Bob"]') == '["[NAME]"]'
    (worker,) = set(threading.enumerate()) - before
    del policy
    gc.collect()
    worker.join()


def test_a_policy_that_its_detector_holds_is_collected() -> None:
    class Owner:
        def __init__(self) -> None:
            self.policy = asking(self.detect)
            self.stream = Stream(self.policy)

        def detect(self, text: str) -> Spans:
            return names(text)

    owner = Owner()
    assert owner.policy.mask('["Bob"]') == '["[NAME]"]'
    stream, gone = owner.stream, weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is not None, "the stream still needs its policy and the detector"
    assert stream.push(b'["Bob"]') + stream.finish() == b'["[NAME]"]'
    del stream
    gc.collect()
    assert gone() is None


def test_references_are_let_go() -> None:
    policy = asking(names)
    before = sys.getrefcount(names)
    for _ in range(1000):
        policy.mask('["Bob"]')
    assert sys.getrefcount(names) == before
