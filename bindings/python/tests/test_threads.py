"""Many threads, and memory over a long run."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import RULES, traces

from spanmask import JsonError, Policy, Report, Stream

THREADS = 16


def work_of(number: int) -> tuple[str, dict[str, Any]]:
    value = {"who": f"user{number}@example.com", "code": f"K-{number:04}", "n": number, "pad": "é" * (number % 5000)}
    return json.dumps(value), value


def test_many_threads_give_what_one_gives(policy: Policy) -> None:
    inputs = [work_of(number) for number in range(0, 6000, 17)]
    expected = [(policy.mask(text), policy.mask_object(value)) for text, value in inputs]
    barrier = threading.Barrier(THREADS)

    def work(thread: int) -> list[Any]:
        barrier.wait()
        wrong = []
        for turn in range(3):
            for index in range(len(inputs)):
                at = (index * (thread + 1) + turn) % len(inputs)
                text, value = inputs[at]
                buffer = bytearray(text.encode())
                in_place = bytes(buffer[: policy.mask_into(buffer)]).decode()
                got = (policy.mask(text), policy.mask_object(value))
                if got != expected[at] or in_place != expected[at][0]:
                    wrong.append(at)
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, range(THREADS))) == [[]] * THREADS


def test_texts_that_are_large_enough_to_let_others_work(default: Policy) -> None:
    texts = [path.read_bytes() for path in traces()]
    expected = [default.mask(text) for text in texts]
    objects = [json.loads(text) for text in texts]
    masked = [default.mask_object(value) for value in objects]

    def work(thread: int) -> bool:
        at = thread % len(texts)
        report = Report()
        same = default.mask(texts[at], report=report) == expected[at]
        return same and default.mask_object(objects[at]) == masked[at] and report.parts > 0

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(64)))


def test_a_report_of_many_threads(policy: Policy) -> None:
    report = Report()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: policy.mask('["K-1234"]', report=report), range(4000)))
    assert report.counts == {"CODE": 4000}


def test_an_object_that_others_change(policy: Policy) -> None:
    """What comes back was in the object at some time, and is masked."""
    shared: dict[str, Any] = {"list": [], "dict": {}}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared["list"].append(f"user{number}@example.com")
            shared["dict"][f"k{number % 50}"] = {"mail": f"user{number}@example.com", "pad": "x" * 500}
            if number % 100 == 0:
                shared["list"] = []
                shared["dict"].clear()

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(300):
            assert "example.com" not in json.dumps(policy.mask_object(shared))
    finally:
        stop.set()
        changer.join()


def test_forks(policy: Policy) -> None:
    if not hasattr(os, "fork") or sys.version_info >= (3, 12):
        pytest.skip("no fork, or one that warns of threads")
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            policy.mask('["K-1234"]')

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                os._exit(0 if policy.mask('["K-1234"]') == '["#"]' else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def everything(policy: Policy, stream: Stream, number: int) -> None:
    """One turn of all calls, and of all that they refuse."""
    text, value = work_of(number % 6000)
    policy.mask(text)
    policy.mask(text.encode())
    policy.mask_into(bytearray(text.encode()))
    policy.mask_object(value)
    policy.mask_object([value, (b"x", value)], default=lambda of: [of.decode(), value])
    policy.scan(text)
    stream.push(text.encode())
    stream.finish()
    stream.reset()
    for refused in (lambda: policy.mask("[x"), lambda: policy.mask_object([object()])):
        try:
            refused()
        except ValueError:
            pass


def test_memory_stays(policy: Policy) -> None:
    """6,000 turns of some ten calls, of which the last 5,000 take no more memory."""
    stream = Stream(policy, window=1 << 16)
    for number in range(1000):
        everything(policy, stream, number)
    gc.collect()
    before = resident() if os.path.exists("/proc/self/statm") else 0
    tracemalloc.start()
    try:
        for number in range(100):
            everything(policy, stream, number)
        gc.collect()
        traced = tracemalloc.get_traced_memory()[0]
        for number in range(500):
            everything(policy, stream, number)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - traced
    finally:
        tracemalloc.stop()
    assert grown < 64 << 10, f"{grown} bytes of objects"
    for number in range(5000):
        everything(policy, stream, number)
    gc.collect()
    if before:
        grown = resident() - before
        print(f"resident: {before >> 10} KiB, and {grown >> 10} KiB more after 5,000 turns")
        assert grown < 8 << 20


def test_memory_of_policies_and_large_objects() -> None:
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("no /proc")
    large = [{"mail": "jo@example.com", "pad": "x" * 1000, "n": list(range(20))} for _ in range(20_000)]

    def turn() -> None:
        policy = Policy(RULES)
        assert policy.mask_object(large)[0]["mail"] == "[EMAIL]"
        with pytest.raises(JsonError):
            policy.mask("[")
        assert Stream(policy).finish() == b""

    for _ in range(3):
        turn()
    gc.collect()
    before = resident()
    for _ in range(10):
        turn()
    gc.collect()
    grown = resident() - before
    print(f"resident: {before >> 20} MiB, and {grown >> 10} KiB more after 10 turns")
    # One turn takes some 80 MiB.
    assert grown < 40 << 20
