"""Stream, Reader, Writer."""

from __future__ import annotations

import gzip
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import RULES, traces

from spanmask import JsonError, Policy, Reader, Stream, StreamError, Writer

TEXT = b'{"to": "jo@example.com", "k": ["K-1234"]}\n'
MASKED = b'{"to": "[EMAIL]", "k": ["#"]}\n'


def test_pieces(policy: Policy) -> None:
    stream = Stream(policy)
    out = b"".join(stream.push(TEXT[at : at + 1]) for at in range(len(TEXT)))
    assert out + stream.finish() == MASKED
    assert stream.report.counts == {"EMAIL": 1, "CODE": 1}
    assert stream.policy is policy
    assert stream.oversized == 0


def test_buffers_are_pieces(policy: Policy) -> None:
    stream = Stream(policy)
    out = stream.push(bytearray(TEXT[:9])) + stream.push(memoryview(TEXT)[9:]) + stream.push(b"")
    assert out + stream.finish() == MASKED
    with pytest.raises(TypeError, match="str"):
        Stream(policy).push("[]")  # type: ignore[arg-type]


def test_flush(policy: Policy) -> None:
    stream = Stream(policy)
    assert stream.push(TEXT[:30]) == b""
    flushed = stream.flush()
    assert MASKED.startswith(flushed)
    assert flushed
    assert flushed + stream.push(TEXT[30:]) + stream.finish() == MASKED


def test_large_outputs(policy: Policy) -> None:
    text = b"[" + b'"K-1234 jo@example.com",' * 200_000 + b"1]"
    stream = Stream(policy, window=4096)
    assert stream.push(text) + stream.finish() == b"[" + b'"# [EMAIL]",' * 200_000 + b"1]"


def test_closed_streams(policy: Policy) -> None:
    stream = Stream(policy)
    assert stream.push(TEXT) + stream.finish() == MASKED
    calls: list[Any] = [stream.finish, stream.flush, lambda: stream.push(b"[]")]
    for call in calls:
        with pytest.raises(StreamError) as raised:
            call()
        assert raised.value.code == "finished"
    assert stream.report.parts == 2
    stream.reset()
    assert stream.push(b"[]") + stream.finish() == b"[]"


def test_what_lies_before_a_fault_is_given_out(policy: Policy) -> None:
    stream = Stream(policy)
    out = stream.push(TEXT + b"[1, ]")
    with pytest.raises(JsonError) as raised:
        out += stream.finish()
        out += stream.finish()
    assert (raised.value.code, raised.value.offset) == ("syntax", len(TEXT) + 4)
    assert out[: len(MASKED)] in (MASKED, b"")
    for call in (stream.finish, stream.flush):
        with pytest.raises(JsonError):
            call()
    stream.reset()
    assert stream.push(TEXT) + stream.finish() == MASKED


def test_options(policy: Policy) -> None:
    for window in (0, 31, -1, 1 << 62):
        with pytest.raises((ValueError, OverflowError)):
            Stream(policy, window=window)
    with pytest.raises(ValueError, match="oversize is one of"):
        Stream(policy, oversize="drop")  # type: ignore[arg-type]
    with pytest.raises(JsonError) as raised:
        stream = Stream(policy, framing="one")
        stream.push(b"1 2")
        stream.finish()
    assert raised.value.code == "trailing"
    with pytest.raises(TypeError):
        Stream("preset:default")  # type: ignore[arg-type]


def test_one_call_at_a_time() -> None:
    inside: list[Exception] = []

    def detector(text: str) -> list[tuple[int, int]]:
        try:
            stream.push(b"[]")
        except StreamError as error:
            inside.append(error)
        return []

    policy = Policy({"version": 1, "rules": [{"id": "H", "detect": "host:h"}]}, detectors={"h": detector})
    stream = Stream(policy)
    assert stream.push(b'["a"]') + stream.finish() == b'["a"]'
    assert [getattr(error, "code", "") for error in inside[:1]] == ["busy"]


def test_an_interrupt_breaks_the_stream() -> None:
    def detector(text: str) -> list[tuple[int, int]]:
        raise KeyboardInterrupt

    policy = Policy({"version": 1, "rules": [{"id": "H", "detect": "host:h"}]}, detectors={"h": detector})
    stream = Stream(policy)
    with pytest.raises(KeyboardInterrupt):
        stream.push(b'["a"]')
        stream.finish()
    with pytest.raises(StreamError) as raised:
        stream.finish()
    assert raised.value.code == "broken"
    stream.reset()
    assert stream.push(b"[1]") + stream.finish() == b"[1]"


@pytest.mark.parametrize("path", traces()[:4], ids=lambda path: str(path.name))
def test_files(path: Path, default: Policy, tmp_path: Path) -> None:
    masked = default.mask(path.read_bytes())
    with path.open("rb") as file, Reader(file, default) as reader:
        assert reader.read() == masked
        assert reader.read() == b""
    with path.open("rb") as file, Reader(file, Stream(default, window=1 << 16)) as reader:
        pieces = list(iter(lambda: reader.read(999), b""))
    assert b"".join(pieces) == masked
    assert {len(piece) for piece in pieces[:-1]} == {999}
    with (tmp_path / "masked").open("wb") as target, Writer(target, default) as writer:
        data = path.read_bytes()
        for at in range(0, len(data), 777):
            assert writer.write(data[at : at + 777]) == len(data[at : at + 777])
    assert (tmp_path / "masked").read_bytes() == masked


def test_files_of_other_kinds(policy: Policy) -> None:
    lines = io.TextIOWrapper(Reader(io.BytesIO(TEXT * 3), policy), "utf-8")
    assert list(lines) == [MASKED.decode()] * 3
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as file, Writer(file, policy) as writer:  # type: ignore[arg-type]
        writer.write(TEXT)
    assert gzip.decompress(packed.getvalue()) == MASKED
    room = bytearray(10)
    reader = Reader(io.BytesIO(TEXT), policy)
    assert reader.readinto(room) == 10
    assert reader.readinto1(room) == 10
    assert bytes(room) == MASKED[10:20]
    assert reader.read1(5) + reader.read() == MASKED[20:]
    assert (reader.read(0), reader.readable(), reader.writable()) == (b"", True, False)


def test_files_are_left_open(policy: Policy) -> None:
    file = io.BytesIO()
    writer = Writer(file, policy)
    writer.write(TEXT)
    writer.close()
    writer.close()
    assert file.getvalue() == MASKED
    assert writer.stream.report.parts == 2
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"[]")
    reader = Reader(io.BytesIO(TEXT), policy)
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read()


def test_flushing_a_writer(policy: Policy) -> None:
    file = io.BytesIO()
    with Writer(file, policy) as writer:
        writer.write(TEXT)
        writer.flush()
        assert MASKED.startswith(file.getvalue())
        assert len(file.getvalue()) > 20
    assert file.getvalue() == MASKED


def test_an_exception_writes_nothing_more(policy: Policy) -> None:
    file = io.BytesIO()
    with pytest.raises(KeyError), Writer(file, policy) as writer:
        writer.write(TEXT)
        raise KeyError
    assert file.getvalue() == b""
    assert writer.closed
    dropped = Writer(file, policy)
    dropped.write(TEXT)
    del dropped
    assert file.getvalue() == b""


def test_refused_files(policy: Policy) -> None:
    file = io.BytesIO()
    writer = Writer(file, policy)
    writer.write(TEXT + b"{")
    with pytest.raises(JsonError):
        writer.close()
    assert writer.closed
    assert MASKED.startswith(file.getvalue())
    with pytest.raises(JsonError):
        Reader(io.BytesIO(b"{"), policy).read()


def test_a_file_that_takes_little(policy: Policy) -> None:
    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any, /) -> int:
            self.data += bytes(data[:3])
            return len(data[:3])

    slow = Slow()
    with Writer(slow, policy) as writer:  # type: ignore[arg-type]
        writer.write(TEXT)
    assert slow.data == MASKED


def test_streams_of_many_threads() -> None:
    policy = Policy(RULES)
    wrong: list[bytes] = []

    def work(number: int) -> None:
        stream = Stream(policy, window=4096)
        for _ in range(50):
            out = b"".join(stream.push(TEXT * number) for _ in range(20)) + stream.finish()
            if out != MASKED * (20 * number):
                wrong.append(out)
            stream.reset()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
