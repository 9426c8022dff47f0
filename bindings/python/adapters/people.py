"""Presidio without a model: a list knows the names."""

from __future__ import annotations

from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine


def analyzer() -> AnalyzerEngine:
    # Splits words and knows nothing: models of spaCy are no packages of PyPI.
    engine: Any = SpacyNlpEngine()
    engine.nlp = {"en": spacy.blank("en")}
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.add_recognizer(PatternRecognizer("PERSON", deny_list=["John Doe", "Zoë Müller"]))
    registry.add_recognizer(PatternRecognizer("LOCATION", deny_list=["Amsterdam"]))
    registry.add_recognizer(PatternRecognizer("DATE_TIME", patterns=[Pattern("day", r"September \d+th", 0.9)]))
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


#: What a customer writes on MLflow's page.
REQUEST = (
    "Please cancel my credit card effective September 19th. My name is John Doe and my credit card number is "
    "4095-2609-9393-4932. My email is john.doe@example.com and I live in Amsterdam."
)
