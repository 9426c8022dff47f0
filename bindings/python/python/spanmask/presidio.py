"""Presidio: its analyzer as detectors of a policy.

>>> from presidio_analyzer import AnalyzerEngine
>>> from spanmask import Policy
>>> from spanmask.presidio import detectors
>>> rules = {"version": 1, "rules": [{"id": "NAME", "detect": "host:names", "replace": "[NAME]"}]}
>>> found = detectors(AnalyzerEngine(), {"names": ["PERSON"]})          # doctest: +SKIP
>>> policy = Policy(rules, detectors=found, detector_timeout=2.0)       # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Optional

from ._adapter import needs

try:
    import presidio_analyzer as _sdk
except ImportError as error:
    raise needs("presidio", error) from error

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

__all__ = ["detectors"]

Detector = Callable[[str], list[tuple[int, int]]]


def detectors(
    analyzer: AnalyzerEngine,
    entities: Mapping[str, Iterable[str]],
    *,
    language: str = "en",
    score_threshold: Optional[float] = None,
    **options: Any,
) -> dict[str, Detector]:
    """Detectors for ``Policy(detectors=...)``: for each name of a rule (``detect: host:NAME``), the entities that it masks.

    A text is analyzed once for all of them. `score_threshold` and `options` go to ``AnalyzerEngine.analyze``. Give the policy a
    ``detector_timeout``, in seconds, too: Presidio takes its time for long texts. Where it fails or is late, each rule's
    ``fail`` decides: ``mask`` (unless told) masks the value whole, ``refuse`` raises ``DetectorError``.

    Raises ``ValueError`` for an entity that no recognizer of the analyzer knows.
    """
    wanted = {name: frozenset(kinds) for name, kinds in entities.items()}
    known = set(analyzer.get_supported_entities(language))
    if unknown := sorted(frozenset().union(*wanted.values()) - known):
        raise ValueError(f"no recognizer for {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    analyze = _Analysis(analyzer, sorted(frozenset().union(*wanted.values())), language, score_threshold, options)

    def detector(kinds: frozenset[str]) -> Detector:
        return lambda text: [(found.start, found.end) for found in analyze(text) if found.entity_type in kinds]

    return {name: detector(kinds) for name, kinds in wanted.items()}


class _Analysis:
    """Analyzes a text. Keeps the last one, as one rule after the other asks about it."""

    def __init__(
        self, analyzer: AnalyzerEngine, kinds: list[str], language: str, threshold: Optional[float], options: dict[str, Any]
    ) -> None:
        self._analyzer = analyzer
        self._asks = {**options, "entities": kinds, "language": language, "score_threshold": threshold}
        self._last: tuple[Optional[str], list[_sdk.RecognizerResult]] = (None, [])

    def __call__(self, text: str) -> list[_sdk.RecognizerResult]:
        last, found = self._last
        if last != text:
            found = self._analyzer.analyze(text, **self._asks)
            # One assignment, so that another thread sees either pair.
            self._last = (text, found)
        return found
