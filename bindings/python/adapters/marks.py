"""Markers, one for each field that an SDK can send, and what became of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spanmask import Policy

#: Where `hooks.py` looks for what the tests saw.
RESULTS = Path(os.environ.get("SPANMASK_HOOKS", "/nonexistent"))

#: Finds every marker, and nothing else.
RULES: dict[str, Any] = {
    "version": 1,
    "profile": "otlp",
    "rules": [{"id": "MARK", "pattern": r"MARK_\w+", "replace": "[M]"}],
}


def policy() -> Policy:
    return Policy(RULES)


def mark(field: str) -> str:
    """The marker of a field, as part of a sentence."""
    return f"so says MARK_{re.sub(r'[^a-z0-9]+', '_', field.lower())}_END here"


class Marks:
    """Hands out markers and remembers for which fields."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def __call__(self, field: str) -> str:
        if field not in self.fields:
            self.fields.append(field)
        return mark(field)

    def seen(self, text: str) -> set[str]:
        """The fields whose marker is in a text."""
        return {field for field in self.fields if mark(field).split()[2] in text}

    def result(self, text: str, without: str) -> dict[str, bool]:
        """For each field whether it was masked. `without` is what leaves without a hook: every marker must be in it."""
        missing = set(self.fields) - self.seen(without)
        assert not missing, f"the SDK does not send what was planted: {sorted(missing)}"
        return {field: field not in self.seen(text) for field in self.fields}


def record(section: str, column: str, version: str, fields: dict[str, bool]) -> None:
    """Notes what a hook did, for the page."""
    if RESULTS.is_dir():
        name = re.sub(r"\W+", "-", f"{section} {column} {version}")
        (RESULTS / f"{name}.json").write_text(
            json.dumps({"section": section, "column": column, "version": version, "fields": fields}, indent=1), "utf-8"
        )


def leaks(fields: dict[str, bool]) -> Iterable[str]:
    return sorted(field for field, masked in fields.items() if not masked)
