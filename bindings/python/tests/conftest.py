"""What the tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spanmask import Policy

ROOT = Path(__file__).parents[3]
CONFORMANCE = ROOT / "conformance"

#: Rules that the tests of other files use.
RULES: dict[str, Any] = {
    "version": 1,
    "rules": [
        {"id": "EMAIL", "detect": "email", "replace": "[EMAIL]"},
        {"id": "CODE", "pattern": r"\bK-\d{4}\b", "replace": "#"},
        {"id": "SECRET", "keys": ["*_token"], "types": ["string", "number", "boolean"]},
    ],
}


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy(RULES)


@pytest.fixture(scope="session")
def default() -> Policy:
    return Policy("preset:default")


def traces() -> list[Path]:
    return sorted(path for path in (CONFORMANCE / "traces").glob("*.json") if path.name != "truth.json")


def truth() -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads((CONFORMANCE / "traces" / "truth.json").read_text("utf-8"))
    return known
