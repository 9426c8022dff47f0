"""Masks personal data in JSON and Python objects, OpenTelemetry traces above all.

>>> from spanmask import Policy
>>> policy = Policy("preset:default")
>>> policy.mask('{"to": "john@example.com"}')
'{"to": "[REDACTED_EMAIL]"}'
>>> policy.mask_object({"to": ["john@example.com"]})
{'to': ['[REDACTED_EMAIL]']}
"""

from ._errors import (
    CapacityError,
    DetectorError,
    ImageError,
    InternalError,
    JsonError,
    ObjectError,
    OversizeError,
    PolicyError,
    Problem,
    SpanmaskError,
    StreamError,
)
from ._files import Reader, Writer
from ._spanmask import PRESETS, Finding, Policy, Report, Stream, __version__

__all__ = [
    "PRESETS",
    "CapacityError",
    "DetectorError",
    "Finding",
    "ImageError",
    "InternalError",
    "JsonError",
    "ObjectError",
    "OversizeError",
    "Policy",
    "PolicyError",
    "Problem",
    "Reader",
    "Report",
    "SpanmaskError",
    "Stream",
    "StreamError",
    "Writer",
    "__version__",
]
