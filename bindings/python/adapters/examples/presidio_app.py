"""Masks names and places that Presidio finds, and addresses that spanmask finds, in objects and in JSON.

Here a list knows the names. With a model of spaCy (`python -m spacy download en_core_web_lg`) use `AnalyzerEngine()` as it is.

#> {'note': '[NAME] moved to [PLACE], write to [EMAIL]'}
#> {"raw": "{\"from\": \"[NAME]\", \"day\": \"Monday\"}"}
"""

from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from spanmask import Policy
from spanmask.presidio import detectors


engine: Any = SpacyNlpEngine()
engine.nlp = {"en": spacy.blank("en")}  # splits words; knows no names
registry = RecognizerRegistry(supported_languages=["en"])
registry.add_recognizer(PatternRecognizer("PERSON", deny_list=["Zoë Müller", "Bob Smith"]))
registry.add_recognizer(PatternRecognizer("LOCATION", deny_list=["Amsterdam", "Berlin"]))
analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

policy = Policy(
    """
    version: 1
    rules:
      - { id: NAME, detect: host:names, replace: "[NAME]" }
      - { id: PLACE, detect: host:places, replace: "[PLACE]", fail: mask }
      - { id: EMAIL, detect: email, replace: "[EMAIL]" }
    """,
    detectors=detectors(analyzer, {"names": ["PERSON"], "places": ["LOCATION"]}),
    detector_timeout=10.0,  # what takes longer is masked whole
)

print(policy.mask_object({"note": "Zoë Müller moved to Berlin, write to zoe@example.com"}))
print(policy.mask(r'{"raw": "{\"from\": \"Bob Smith\", \"day\": \"Monday\"}"}'))
