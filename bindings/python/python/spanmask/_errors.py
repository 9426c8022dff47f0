"""What goes wrong. No message holds a byte of an input.

The native module makes these by position, so that they can be pickled: the message and the code come first.
"""

from __future__ import annotations

from typing import NamedTuple, Optional


class SpanmaskError(Exception):
    """What all exceptions of spanmask are."""

    #: A word that never changes, for programs.
    code: str
    #: Where in the input: bytes, or characters of a str. None where there is no such place.
    offset: Optional[int]

    def __init__(self, message: str, code: str, *details: object) -> None:
        super().__init__(message, code, *details)
        self.code = code
        self.offset = None

    def __str__(self) -> str:
        return str(self.args[0])


class JsonError(SpanmaskError, ValueError):
    """What is not JSON is refused.

    Codes: syntax, truncated, utf8, control, escape, number, literal, depth, trailing, empty.
    """

    offset: int

    def __init__(self, message: str, code: str, offset: int) -> None:
        super().__init__(message, code, offset)
        self.offset = offset


class OversizeError(SpanmaskError, ValueError):
    """Something is larger than the window of a stream. Code: oversize."""

    offset: int

    def __init__(self, message: str, code: str, offset: int) -> None:
        super().__init__(message, code, offset)
        self.offset = offset


class CapacityError(SpanmaskError, ValueError):
    """The masked text does not fit into the buffer, which is as it was. Code: capacity."""

    #: Bytes that it needs.
    needed: int

    def __init__(self, message: str, code: str, needed: int) -> None:
        super().__init__(message, code, needed)
        self.needed = needed


class DetectorError(SpanmaskError, RuntimeError):
    """A detector failed, and the policy wants no text masked without it (``fail: refuse``). Code: detector.

    The message names the type of what the detector raised, and no more: exceptions often quote the text.
    """

    #: The id of the rule.
    rule: str
    #: Where the value begins that it was asked about.
    offset: int

    def __init__(self, message: str, code: str, rule: str, offset: int) -> None:
        super().__init__(message, code, rule, offset)
        self.rule = rule
        self.offset = offset


class ObjectError(SpanmaskError, ValueError):
    """An object cannot be masked. Codes: type, cycle, depth, size, number."""


class StreamError(SpanmaskError, RuntimeError):
    """A stream takes no calls now. Codes: finished, broken, busy."""


class ImageError(SpanmaskError, ValueError):
    """An image cannot be read or written.

    Codes: magic, short, long, version, byte_order, alignment, checksum, layout, content; keys, too_large.
    """


class InternalError(SpanmaskError, RuntimeError):
    """spanmask has a bug. Nothing was masked, and nothing is given out. Code: internal."""


class Problem(NamedTuple):
    """One thing that is wrong with a policy."""

    #: format, unknown_field, invalid, unknown_name, duplicate_id, syntax, too_large, external.
    kind: str
    #: The place in the policy: ``rules[2].validate``; empty for the policy as a whole.
    path: str
    #: What is wrong, one sentence.
    message: str
    #: What to do about it.
    suggestion: Optional[str]


class PolicyError(SpanmaskError, ValueError):
    """A policy is wrong. Code: policy."""

    #: Everything that is wrong, in order; empty when there is no policy to look at.
    problems: tuple[Problem, ...]

    def __init__(self, message: str, code: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(message, code, problems)
        self.problems = problems
