"""mask_object: what comes back, and what is refused."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import random
import struct
import threading
from collections import OrderedDict, defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from conftest import RULES

from spanmask import ObjectError, Policy, Report

MAIL = "write to jo@example.com"
MASKED = "write to [EMAIL]"


class Point(NamedTuple):
    x: str
    y: str


@dataclasses.dataclass
class User:
    name: str


class Level(str, enum.Enum):
    LOW = "low"


class Colour(enum.IntEnum):
    RED = 7


def test_the_same_object_when_nothing_matched(policy: Policy) -> None:
    values: list[Any] = [
        {"a": [1, 2.5, None, True, "text"], "b": ({}, [], ())}, [], {}, (), "", "x", 7, 2.5, None, True, 10**40, Point("a", "b"),
        OrderedDict(a=1), defaultdict(list), Level.LOW, Colour.RED, math.inf, {1: "a", None: "b", 2.5: "c", (1, 2): "d"},
    ]  # fmt: skip
    for value in values:
        assert policy.mask_object(value) is value
    assert policy.mask_object(values) is values


def test_copies_on_write(policy: Policy) -> None:
    untouched, touched = {"keep": ["this"]}, [MAIL]
    value: dict[str, Any] = {"a": untouched, "b": {"c": touched, "d": untouched}, "e": (untouched, touched)}
    before = repr(value)
    masked = policy.mask_object(value)
    assert masked == {"a": untouched, "b": {"c": [MASKED], "d": untouched}, "e": (untouched, [MASKED])}
    assert repr(value) == before
    assert masked["a"] is masked["b"]["d"] is masked["e"][0] is untouched
    assert list(masked) == ["a", "b", "e"]


def test_text_that_is_json_is_masked_inside(policy: Policy) -> None:
    inner = json.dumps({"to": "jo@example.com", "api_token": "x", "n": [1, "ß"]})
    masked = policy.mask_object({"input": inner})["input"]
    assert masked == inner.replace("jo@example.com", "[EMAIL]").replace('"x"', '"[REDACTED]"')


def test_keys_stay_and_select(policy: Policy) -> None:
    assert policy.mask_object({"jo@example.com": 1}) == {"jo@example.com": 1}
    value = {"api_token": ["a", 7, 2.5, True, None, {"x": "y"}]}
    assert policy.mask_object(value) == {"api_token": ["[REDACTED]", 0, 0.0, False, None, {"x": "[REDACTED]"}]}
    assert [type(item) for item in policy.mask_object(value)["api_token"][:4]] == [str, int, float, bool]


def test_keys_that_are_no_str(policy: Policy) -> None:
    rules = {"version": 1, "rules": [{"id": "K", "keys": ["1", "true", "null", "2.5"]}]}
    value = {1: "a", None: "c", 2.5: "d", (1, 2): "e", b"k": "f"}
    assert Policy(rules).mask_object(value) == {**value, 1: "[REDACTED]", None: "[REDACTED]", 2.5: "[REDACTED]"}
    assert Policy(rules).mask_object({True: "b"}) == {True: "[REDACTED]"}
    assert policy.mask_object({(1, 2): MAIL, b"k": {3: MAIL}}) == {(1, 2): MASKED, b"k": {3: MASKED}}


def test_subclasses(policy: Policy) -> None:
    class Text(str):
        pass

    class Names(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            raise AssertionError("what it overrides is not asked")

    class Items(list):  # type: ignore[type-arg]
        pass

    masked = policy.mask_object([Text(MAIL), Names(a=MAIL), Items([MAIL]), Point(MAIL, "y"), OrderedDict(a=MAIL)])
    assert masked == [MASKED, {"a": MASKED}, [MASKED], Point(MASKED, "y"), {"a": MASKED}]
    assert [type(item) for item in masked] == [str, dict, list, Point, dict]


def test_other_objects_are_refused_unless_told(policy: Policy) -> None:
    for value in [b"bytes", {1}, object(), datetime.date(2026, 1, 1), User("jo"), Decimal(1), Policy]:
        with pytest.raises(ObjectError) as raised:
            policy.mask_object({"a": [value]})
        assert raised.value.code == "type"
        assert type(value).__name__ in str(raised.value)


def test_default_gives_what_stands_for_an_object(policy: Policy) -> None:
    day = datetime.date(2026, 1, 1)
    assert policy.mask_object([day], default=str) == ["2026-01-01"]
    assert policy.mask_object({"u": User(MAIL)}, default=dataclasses.asdict) == {"u": {"name": MASKED}}
    assert policy.mask_object(User(MAIL), default=dataclasses.asdict) == {"name": MASKED}
    assert policy.mask_object(User("jo"), default=dataclasses.asdict) == {"name": "jo"}
    value = [day, {"a": day}]
    assert policy.mask_object(value, default=lambda of: of) is value
    # What it gives is asked about again.
    assert policy.mask_object([b"x"], default=lambda of: day if isinstance(of, bytes) else [MAIL]) == [[MASKED]]


def test_an_object_that_is_kept_is_masked_by_whole_value_rules() -> None:
    user = User("jo")
    for action in ({}, {"remove": True}, {"mask": {"char": "*"}}, {"hash": {"key": "k" * 32}}):
        policy = Policy({"version": 1, "rules": [{"id": "S", "keys": ["secret"], **action}]})
        masked = policy.mask_object({"secret": user, "open": user}, default=lambda of: of)
        assert masked["open"] is user
        assert isinstance(masked["secret"], str)


def test_what_default_raises_comes_through(policy: Policy) -> None:
    def fails(value: object) -> object:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        policy.mask_object([object()], default=fails)
    assert policy.mask_object([MAIL]) == [MASKED]


def test_default_without_end(policy: Policy) -> None:
    with pytest.raises(ObjectError) as raised:
        policy.mask_object(object(), default=lambda of: object())
    assert raised.value.code == "depth"
    with pytest.raises(ObjectError) as raised:
        policy.mask_object(object(), default=lambda of: [object()])
    assert raised.value.code == "depth"


def test_default_may_change_what_is_masked(policy: Policy) -> None:
    value: list[Any] = [object(), "a", MAIL]

    def default(of: object) -> object:
        value.clear()
        value.append("late@example.com")
        return policy.mask_object([MAIL])

    assert policy.mask_object(value, default=default) == [[MASKED], "a", MASKED]


def test_cycles(policy: Policy) -> None:
    items: list[Any] = []
    items.append(items)
    names: dict[str, Any] = {}
    names["a"] = [{"b": (names,)}]
    twice: list[Any] = []
    twice += [twice, twice]
    for value in (items, names, twice, {"x": [items]}):
        with pytest.raises(ObjectError) as raised:
            policy.mask_object(value)
        assert raised.value.code == "cycle"


def nest(depth: int) -> Any:
    value: Any = MAIL
    for level in range(depth):
        value = [value] if level % 2 else {"k": value}
    return value


def test_depth(policy: Policy) -> None:
    value = policy.mask_object(nest(1024))
    for _ in range(1024):
        value = value[0] if isinstance(value, list) else value["k"]
    assert value == MASKED
    for depth in (1025, 4096, 4097, 100_000):
        with pytest.raises(ObjectError) as raised:
            policy.mask_object(nest(depth))
        assert raised.value.code == "depth"
    shallow = Policy({**RULES, "limits": {"depth": 3}})
    assert shallow.mask_object([[[MAIL]]]) == [[[MASKED]]]
    with pytest.raises(ObjectError) as raised:
        shallow.mask_object([[[[MAIL]]]])
    assert raised.value.code == "depth"


def test_in_a_thread_with_a_small_stack(policy: Policy) -> None:
    results: list[Any] = []
    before = threading.stack_size(256 << 10)
    try:
        thread = threading.Thread(target=lambda: results.append(policy.mask_object(nest(1024))))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert len(results) == 1


def test_parts_that_are_shared_end(policy: Policy) -> None:
    value: Any = ["x"]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(ObjectError) as raised:
        policy.mask_object(value)
    assert raised.value.code == "size"


def test_lone_surrogates(policy: Policy) -> None:
    value = ["\ud800 jo@example.com \udfff", "\ud83d", "é\udc80é\n\"\\"]
    assert policy.mask_object(value) == ["\ud800 [EMAIL] \udfff", "\ud83d", "é\udc80é\n\"\\"]
    assert policy.mask_object({"\ud800_token": "x"}) == {"\ud800_token": "[REDACTED]"}


def test_every_character(policy: Policy) -> None:
    text = "".join(map(chr, [*range(0x250), 0x2028, 0xFFFF, 0x10000, 0x10FFFF]))
    assert policy.mask_object([text + " jo@example.com"]) == [text + " [EMAIL]"]
    assert policy.mask_object(text) is text


def test_numbers() -> None:
    digits = Policy({"version": 1, "rules": [{"id": "N", "pattern": r"\A4\d{11,}\z|e\+16|\A1e-05\z|999", "types": ["number"]}]})
    value = [4 * 10**11, -4, 4 * 10**40, 1e16, 1e-05, 1.5, math.nan, math.inf, -math.inf, 10**4299]
    assert digits.mask_object(value) == [0, -4, 0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 10**4299]
    with pytest.raises(ObjectError) as raised:
        digits.mask_object(10**5000)
    assert raised.value.code == "number"


def test_floats_are_written_as_repr_writes_them() -> None:
    seed = random.Random(6)
    numbers = [struct.unpack("<d", seed.randbytes(8))[0] for _ in range(2000)]
    numbers += [seed.uniform(-1, 1) * 10 ** seed.randint(-8, 20) for _ in range(2000)]
    numbers = [number for number in numbers if math.isfinite(number)]
    some = [*numbers[::40], 0.0, -0.0, 1e15, 1e16, 1e17, 1e-4, 1e-5, 123456789012345680.0, 5e-324, 1.7976931348623157e308]
    for number in some:
        # The pattern is what Python writes; the rule makes it 0.0.
        pattern = "".join(f"\\{char}" if char in ".+-" else char for char in repr(number))
        policy = Policy({"version": 1, "rules": [{"id": "N", "pattern": rf"\A{pattern}\z", "types": ["number"]}]})
        report = Report()
        policy.mask_object([number], report=report)
        assert report.parts == 1, number


def random_value(seed: random.Random, depth: int) -> Any:
    texts = ["", "x", MAIL, "K-1234", "ß😀\"\\/\n\x00", '{"a": "jo@example.com"}', '[1, "K-1234', "true", "7"]
    scalars = [None, True, False, 0, -5, 2**70, 0.5, -1e300, *texts, *texts]
    kind = seed.randrange(4 if depth else 1)
    items = [random_value(seed, depth - 1) for _ in range(seed.randrange(5))] if kind else []
    if kind == 0:
        return seed.choice(scalars)
    if kind == 1:
        return items
    if kind == 2:
        return tuple(items)
    return {seed.choice(["a", "b", "x_token", 'q"\\', "é"]) + str(index): item for index, item in enumerate(items)}


def as_json(value: Any) -> Any:
    """Lists for tuples, as JSON has them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def with_types(value: Any, masked: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_types(item, masked[key]) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_types(item, of) for item, of in zip(value, masked)]
    return float(masked) if isinstance(value, float) else masked


def test_the_same_as_through_text(policy: Policy) -> None:
    """The oracle: dumps, mask, loads."""
    seed, changed = random.Random(606), 0
    for _ in range(3000):
        value = random_value(seed, 5)
        masked = policy.mask_object(value)
        through_text = json.loads(policy.mask(json.dumps(value, ensure_ascii=seed.random() < 0.5)))
        assert repr(as_json(masked)) == repr(with_types(value, through_text))
        changed += masked is not value
        assert same_types(value, masked)
    assert changed > 1000


#: What each masks depends on where values stand.
BY_PLACE: list[list[dict[str, Any]]] = [
    [{"id": "P", "keys": ["*phone"], "pattern": r"\d+"}, {"id": "E", "detect": "email"}],
    [{"id": "S", "keys": ["secret"], "mask": {"keep_last": 4}}, {"id": "E", "detect": "email", "keys": ["a"]}],
    [{"id": "N", "keys": ["*phone"], "pattern": r"\d+", "types": ["number"]}],
    [{"id": "B", "keys": ["secret"], "types": ["boolean"]}, {"id": "K", "pattern": r"K-\d+"}],
    [{"id": "A", "attributes": ["user.*", "*.phone"]}, {"id": "E", "detect": "email", "when": {"span_kind": ["TOOL"]}}],
    [{"id": "D", "paths": ["$..a.secret", "$.value[*].b"], "pattern": "[a-z ]{30}"}, {"id": "E", "detect": "email"}],
    [{"id": "L", "except_keys": ["name"], "pattern": "[a-z]{4} [a-z]{4}"}],
]


def placed_value(seed: random.Random, depth: int) -> Any:
    """Strings that are long enough to be left out, under names that matter."""
    word = "some words that are no secret, and 4 or 5 more of them; "
    texts = [
        word, 2 * word, MAIL + ". " + word, word + "K-1234", "5" * 40, "user." + 10 * "name", "user.email.of.somebody.who.writes.often",
        json.dumps({"phone": word, "n": 12345678901234567890}), json.dumps([{"my_phone": 5, "secret": [True, word]}]),
        json.dumps({"key": "user.x", "value": {"stringValue": word}}), "x", "TOOL", "user.x",
    ]  # fmt: skip
    kind = seed.randrange(5 if depth else 1)
    if kind == 0:
        return seed.choice([*texts, *texts, 7, True, None])
    if kind == 1:
        return [placed_value(seed, depth - 1) for _ in range(seed.randrange(4))]
    if kind == 2:
        name = seed.choice(["user.x", "a.phone", "other", "openinference.span.kind", *texts])
        attribute = {"key": name, "value": {"stringValue": placed_value(seed, 0)}}
        return attribute if seed.random() < 0.8 else dict(reversed(attribute.items()))
    if kind == 3 and seed.random() < 0.3:
        attributes = [placed_value(seed, depth - 1) for _ in range(3)]
        return {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": word, "attributes": attributes}]}]}]}
    names = ["a", "b", "phone", "my_phone", "secret", "key", "value", "name"]
    return {seed.choice(names): placed_value(seed, depth - 1) for _ in range(seed.randrange(4))}


@pytest.mark.parametrize("number", range(len(BY_PLACE)))
def test_strings_that_are_left_out_change_nothing(number: int) -> None:
    profile = {} if number % 2 else {"profile": "otlp"}
    policy = Policy({"version": 1, **profile, "rules": BY_PLACE[number]})
    seed, changed = random.Random(number), 0
    for _ in range(1500):
        value = placed_value(seed, 5)
        masked = policy.mask_object(value)
        through_text = json.loads(policy.mask(json.dumps(value)))
        assert repr(masked) == repr(through_text)
        changed += masked is not value
    assert changed > 20


def same_types(value: Any, masked: Any) -> bool:
    if type(value) is not type(masked):
        return False
    if isinstance(value, dict):
        return list(value) == list(masked) and all(same_types(value[key], masked[key]) for key in value)
    if isinstance(value, (list, tuple)):
        return len(value) == len(masked) and all(map(same_types, value, masked))
    return True
