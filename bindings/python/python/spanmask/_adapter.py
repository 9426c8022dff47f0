"""What the adapters share: what stands for what cannot be masked, and how they tell of it."""

from __future__ import annotations

import logging
import threading
from typing import Any

from ._errors import SpanmaskError

#: Stands for what could not be masked.
REDACTED = "[REDACTED]"
#: The attribute that says why a span has lost its content.
FAILED = "spanmask.failed"

_log = logging.getLogger("spanmask")


class Failures:
    """Tells of failures: the first of a kind as a warning, the others at the level debug.

    Only the code or the type of an exception is told, as its message may hold what was to be masked.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, error: BaseException, what: str) -> str:
        """Logs it, and returns its code."""
        code = error.code if isinstance(error, SpanmaskError) else type(error).__name__
        with self._lock:
            level = logging.DEBUG if code in self._told else logging.WARNING
            self._told.add(code)
        _log.log(level, "%s: masking failed (%s): %s", self._where, code, what)
        return code


def emptied(value: Any) -> Any:
    """What stands for an object that could not be masked: of a dict the keys, which are never masked, stay."""
    try:
        if isinstance(value, dict):
            return {key: REDACTED for key in list(value) if type(key) is str}
    except Exception:
        pass
    return REDACTED


def needs(extra: str, error: ImportError) -> ImportError:
    """What to raise where the SDK of an adapter is missing."""
    return ImportError(f'spanmask.{extra} needs {error.name}: pip install "spanmask[{extra}]"', name=error.name)
