"""Which hook sees what: fills the tables of docs/hooks.md from what the tests of the adapters saw, or says where they differ.

    python3 bindings/hooks.py FOLDER            # checks; FOLDER holds what the tests wrote (SPANMASK_HOOKS)
    python3 bindings/hooks.py FOLDER --write
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "hooks.md"
#: What no column of a table masks, and who can.
ELSEWHERE = {
    "comment of a score": "nothing: the REST client has no hook; mask it before the call",
    "trace tag set later": "nothing: the REST client has no hook; set it before the root span ends",
    "attribute of a plain OpenTelemetry span": "`spanmask.otel`, when they are exported by OTLP",
    "name of a plain OpenTelemetry span": "`spanmask.otel`, when they are exported by OTLP",
}
SECTION = re.compile(r"<!-- hooks: (.+?) -->\n(.*?)<!-- end -->", re.DOTALL)

Column = tuple[str, list[str], dict[str, bool]]


def columns(results: list[dict[str, Any]]) -> list[Column]:
    """One column for each hook; for versions that differ, more."""
    merged: list[Column] = []
    for result in sorted(results, key=lambda result: (result["column"], version(result["version"]))):
        last = merged[-1] if merged else None
        if last is not None and last[0] == result["column"] and last[2] == result["fields"]:
            last[1].append(result["version"])
        else:
            merged.append((result["column"], [result["version"]], result["fields"]))
    return sorted(merged, key=lambda column: (sum(column[2].values()), column[0]))


def version(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def table(results: list[dict[str, Any]]) -> str:
    """A row for each field, a column for each hook."""
    hooks = columns(results)
    fields = sorted({field for _, _, seen in hooks for field in seen}, key=str.casefold)
    gaps = [field for field in fields if not any(seen.get(field) for _, _, seen in hooks)]
    lines = [["", *(f"{name} ({', '.join(versions)})" for name, versions, _ in hooks), *(["else"] if gaps else [])]]
    lines.append(["---", *(":-:" for _ in hooks), *(["---"] if gaps else [])])
    for field in fields:
        marks = [{True: "✓", False: "✗", None: ""}[seen.get(field)] for _, _, seen in hooks]
        lines.append([field, *marks, *([ELSEWHERE[field] if field in gaps else ""] if gaps else [])])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main(folder: Path, write: bool) -> int:
    sections: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        result = json.loads(path.read_text("utf-8"))
        sections.setdefault(result["section"], []).append(result)
    page = PAGE.read_text("utf-8")
    known = {name: body for name, body in SECTION.findall(page)}
    wrong = [f"{name}: docs/hooks.md has no table for it" for name in sections.keys() - known.keys()]
    for name, body in known.items():
        if name not in sections:
            print(f"SKIP: docs/hooks.md, {name}: its tests have not run")
        elif body != (filled := table(sections[name])):
            if write:
                page = page.replace(f"<!-- hooks: {name} -->\n{body}", f"<!-- hooks: {name} -->\n{filled}")
            else:
                wrong.append(f"{name}: docs/hooks.md differs from what the tests saw, which is\n{filled}")
    if write:
        PAGE.write_text(page, "utf-8")
    for problem in wrong:
        print(problem, file=sys.stderr)
    if wrong:
        print("`make adapters-page` writes the page anew", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--write" in sys.argv[2:]))
