"""Streams between files, and policies into files."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, BinaryIO, Optional, Union

from ._spanmask import Policy, Stream

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed import ReadableBuffer

#: Bytes that are read at once.
_PIECE = 1 << 16


def _stream(masks: Union[Policy, Stream]) -> Stream:
    return Stream(masks) if isinstance(masks, Policy) else masks


class Reader(io.BufferedIOBase):
    """A binary file to read from, masked.

    Give it a policy, or a stream of your own options that is new or reset. Closing it leaves the file open. Wrap it in
    ``io.TextIOWrapper`` to read str.

    What is not JSON raises ``JsonError``; all that was read by then is masked text.
    """

    def __init__(self, file: BinaryIO, masks: Union[Policy, Stream]) -> None:
        self.stream = _stream(masks)
        self._file = file
        self._masked = b""
        self._at = 0
        self._ended = False

    @property
    def name(self) -> Any:
        """That of the file."""
        return self._file.name

    def readable(self) -> bool:
        return True

    def read(self, size: Optional[int] = -1, /) -> bytes:
        self._check_open()
        wanted = None if size is None or size < 0 else size
        pieces = []
        while wanted is None or wanted > 0:
            piece = self.read1(-1 if wanted is None else wanted)
            if not piece:
                break
            pieces.append(piece)
            if wanted is not None:
                wanted -= len(piece)
        return b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        self._check_open()
        if size == 0:
            return b""
        self._fill()
        end = len(self._masked) if size < 0 else self._at + size
        piece = self._masked[self._at : end]
        self._at += len(piece)
        return piece

    def _fill(self) -> None:
        """Until there is masked text, or none any more."""
        while self._at == len(self._masked) and not self._ended:
            data = self._file.read(_PIECE)
            if data is None:
                raise BlockingIOError("the file has nothing to read now")
            self._masked = self.stream.push(data) if data else self.stream.finish()
            self._at = 0
            self._ended = not data

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")


class Writer(io.BufferedIOBase):
    """A binary file to write to, masked.

    Give it a policy, or a stream of your own options that is new or reset. ``close`` masks and writes what waits, and
    leaves the file open. Leaving a ``with`` block by an exception writes nothing more: what waits is dropped.

    ``flush`` writes what can be masked already. What is not JSON raises ``JsonError``; all that was written by then is
    masked text.
    """

    def __init__(self, file: BinaryIO, masks: Union[Policy, Stream]) -> None:
        self.stream = _stream(masks)
        self._file = file

    @property
    def name(self) -> Any:
        """That of the file."""
        return self._file.name

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._check_open()
        view = memoryview(data).cast("B")
        self._put(self.stream.push(view))
        return len(view)

    def flush(self) -> None:
        self._check_open()
        self._put(self.stream.flush())
        self._file.flush()

    def close(self) -> None:
        if self.closed:
            return
        try:
            self._put(self.stream.finish())
            self._file.flush()
        finally:
            self._abandon()

    def __exit__(
        self,
        exc_type: Optional[type[BaseException]],
        exc_value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self._abandon()

    def __del__(self) -> None:
        """One that was never closed writes nothing more."""

    def _abandon(self) -> None:
        """Marks it as closed, and does nothing else."""
        self.flush = lambda: None  # type: ignore[method-assign]
        super().close()

    def _put(self, masked: bytes) -> None:
        left = memoryview(masked)
        while left:
            count = self._file.write(left)
            if count is None:
                raise BlockingIOError("the file takes nothing now")
            left = left[count:]

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")


def write(path: str, image: bytes, private: bool) -> None:
    """Writes an image to a file: all of it, or the file is as it was."""
    partial = f"{path}.partial"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
    try:
        with open(file, "wb") as opened:
            opened.write(image)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
