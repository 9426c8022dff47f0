"""Detectors that may hang."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from queue import SimpleQueue
from typing import Optional

Detector = Callable[[str], Iterable[tuple[int, int]]]
Answer = SimpleQueue[tuple[bool, object]]


class DetectorTimeout(Exception):
    """A detector did not answer in time."""


class _Worker:
    """A thread that asks one detector, for one thread that masks."""

    def __init__(self, detector: Detector) -> None:
        self.busy = False
        self._texts: SimpleQueue[Optional[tuple[str, Answer]]] = SimpleQueue()
        thread = threading.Thread(target=self._work, args=(detector, self._texts), name="spanmask-detector", daemon=True)
        thread.start()
        # The thread ends when the thread for which it works does, or when the policy goes.
        weakref.finalize(self, self._texts.put, None)

    @staticmethod
    def _work(detector: Detector, texts: SimpleQueue[Optional[tuple[str, Answer]]]) -> None:
        while (asked := texts.get()) is not None:
            text, answer = asked
            try:
                # What it gives may be a generator, which must not hang the thread that masks.
                answer.put((True, list(detector(text))))
            except BaseException as raised:  # noqa: B036 - handed on, whatever it is
                answer.put((False, raised))
            del asked, text, answer

    def ask(self, text: str) -> Answer:
        answer: Answer = SimpleQueue()
        self._texts.put((text, answer))
        return answer


class Deadline:
    """A detector with a limit of time.

    It is asked in a thread beside each thread that masks. While it hangs, it fails for that thread at once, so a text with
    many values does not wait for each of them.
    """

    def __init__(self, detector: Detector, seconds: float) -> None:
        self._detector = detector
        self._seconds = seconds
        self._local = threading.local()

    def __call__(self, text: str) -> object:
        late: Optional[Answer] = getattr(self._local, "late", None)
        if late is not None:
            if late.empty():
                raise DetectorTimeout
            self._local.late = None
        worker: Optional[_Worker] = getattr(self._local, "worker", None)
        if worker is None:
            worker = self._local.worker = _Worker(self._detector)
        answer = worker.ask(text)
        try:
            told, value = answer.get(timeout=self._seconds)
        except Exception:
            self._local.late = answer
            raise DetectorTimeout from None
        if told:
            return value
        assert isinstance(value, BaseException)
        raise value


def within(detectors: Mapping[str, Detector], seconds: Optional[float]) -> dict[str, Callable[[str], object]]:
    """The detectors, each with this limit of time."""
    if seconds is None:
        return dict(detectors)
    if not seconds > 0:
        raise ValueError("detector_timeout is more than 0 seconds")
    return {name: Deadline(detector, seconds) if callable(detector) else detector for name, detector in detectors.items()}
