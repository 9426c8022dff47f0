"""Presidio: entities to rules, late, failing, wrong."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from people import REQUEST
from people import analyzer as without_a_model
from presidio_analyzer import AnalyzerEngine

from spanmask import DetectorError, Policy
from spanmask.presidio import detectors

RULES: dict[str, Any] = {
    "version": 1,
    "rules": [
        {"id": "NAME", "detect": "host:names", "replace": "[NAME]"},
        {"id": "PLACE", "detect": "host:places", "replace": "[PLACE]"},
        {"id": "EMAIL", "detect": "email", "replace": "[EMAIL]"},
        {"id": "CARD", "detect": "host:cards", "replace": "[CARD]"},
    ],
}
ENTITIES = {"names": ["PERSON"], "places": ["LOCATION"], "cards": ["CREDIT_CARD", "IBAN_CODE"]}


@pytest.fixture(scope="module")
def analyzer() -> AnalyzerEngine:
    return without_a_model()


def test_entities_to_rules(analyzer: AnalyzerEngine) -> None:
    masks = Policy(RULES, detectors=detectors(analyzer, ENTITIES), detector_timeout=30)
    assert masks.mask_object({"text": REQUEST}) == {
        "text": "Please cancel my credit card effective September 19th. My name is [NAME] and my credit card number is "
        "[CARD]. My email is [EMAIL] and I live in [PLACE]."
    }
    assert masks.mask('["\\uD83D\\uDE00 Zo\\u00eb M\\u00fcller"]') == '["\\uD83D\\uDE00 [NAME]"]'


def test_a_text_is_analyzed_once(analyzer: AnalyzerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    analyze = analyzer.analyze

    def counted(text: str, **options: Any) -> Any:
        asked.append(text)
        return analyze(text, **options)

    monkeypatch.setattr(analyzer, "analyze", counted)
    Policy(RULES, detectors=detectors(analyzer, ENTITIES)).mask_object(["John Doe", "Amsterdam"])
    assert asked == ["John Doe", "Amsterdam"]


def test_an_unknown_entity(analyzer: AnalyzerEngine) -> None:
    with pytest.raises(ValueError, match="no recognizer for PERSONS; there are: .*PERSON"):
        detectors(analyzer, {"names": ["PERSONS"]})


@pytest.mark.parametrize("how", ["hangs", "raises"])
@pytest.mark.parametrize("fail", ["mask", "refuse"])
def test_fails_closed(how: str, fail: str, analyzer: AnalyzerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()

    def analyze(text: str, **_: Any) -> Any:
        if how == "hangs":
            hang.wait()
        raise RuntimeError(f"cannot analyze {text}")

    monkeypatch.setattr(analyzer, "analyze", analyze)
    rules = {"version": 1, "rules": [{"id": "NAME", "detect": "host:names", "fail": fail}]}
    masks = Policy(rules, detectors=detectors(analyzer, {"names": ["PERSON"]}), detector_timeout=0.05)
    if fail == "mask":
        assert masks.mask_object(["John Doe", 7]) == ["[REDACTED]", 7]
    else:
        with pytest.raises(DetectorError) as raised:
            masks.mask_object(["John Doe"])
        assert "John" not in repr(raised.value) + str(raised.value.__cause__) + str(raised.value.__context__)
    hang.set()


def test_threads(analyzer: AnalyzerEngine) -> None:
    masks = Policy(RULES, detectors=detectors(analyzer, ENTITIES))
    wrong: list[str] = []

    def work(number: int) -> None:
        for _ in range(20):
            (masked,) = masks.mask_object([f"{number} John Doe of Amsterdam"])
            if masked != f"{number} [NAME] of [PLACE]":
                wrong.append(masked)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
