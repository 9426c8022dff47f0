"""Logging: a filter that masks records.

>>> import logging, sys
>>> from spanmask import Policy
>>> from spanmask.logging import MaskingFilter
>>> handler = logging.StreamHandler(sys.stdout)
>>> handler.addFilter(MaskingFilter(Policy("preset:default")))
>>> log = logging.getLogger("doctest")
>>> log.addHandler(handler)
>>> log.warning("mail to %s", "jo@example.com")
mail to [REDACTED_EMAIL]
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from ._adapter import REDACTED, emptied
from ._spanmask import Policy

__all__ = ["MaskingFilter"]

#: What the logging module itself knows of a record, and no text of the application is in.
_KEPT = frozenset(
    "name levelname levelno pathname filename module lineno funcName created msecs relativeCreated thread process".split()
)
#: What the message is made of.
_MESSAGE = frozenset({"msg", "args", "message", "exc_info", "exc_text", "stack_info"})


class MaskingFilter(logging.Filter):
    """Masks message, arguments, exception, stack and extra fields of each record, and lets it pass.

    Add it to handlers: a filter of a logger does not see the records of the loggers below it. Message and arguments become one
    text, and an exception its traceback as text. So do objects in extra fields that JSON does not have, as they may hold
    anything. The record itself changes, so the handlers that come after see it masked, too. What cannot be masked becomes
    ``[REDACTED]``.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self._policy = policy

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._mask(lambda: record.getMessage())
        record.args = ()
        if record.exc_info or record.exc_text:
            record.exc_text = self._mask(lambda: record.exc_text or _formatted(record.exc_info))
        # A formatter would format it anew, and others print it as they like.
        record.exc_info = None
        if record.stack_info:
            record.stack_info = self._mask(lambda: record.stack_info)
        record.__dict__.pop("message", None)
        self._mask_fields(record)
        return True

    def _mask(self, text: Any) -> Any:
        try:
            return self._policy.mask_object(text())
        except Exception:
            return REDACTED

    def _mask_fields(self, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in record.__dict__.items() if name not in _KEPT and name not in _MESSAGE}
        try:
            masked = self._policy.mask_object(fields, default=str)
        except Exception:
            masked = {name: self._field(value) for name, value in fields.items()}
        record.__dict__.update(masked)

    def _field(self, value: Any) -> Any:
        """One field: another of them could not be masked."""
        try:
            return self._policy.mask_object(value, default=str)
        except Exception:
            return emptied(value)


def _formatted(exc_info: Any) -> str:
    return "".join(traceback.format_exception(*exc_info)).rstrip()
