"""Masks a file of JSON Lines, of any size, in some megabytes of memory.

#> {"user": "[REDACTED_EMAIL]", "n": 1}
#> {"user": "[REDACTED_EMAIL]", "n": 2}
"""

import shutil
import tempfile
from pathlib import Path

from spanmask import Policy, Writer

policy = Policy("preset:default")

with tempfile.TemporaryDirectory() as folder:
    source, target = Path(folder) / "events.jsonl", Path(folder) / "masked.jsonl"
    source.write_text('{"user": "jo@example.com", "n": 1}\n{"user": "bob@example.com", "n": 2}\n')

    with source.open("rb") as events, target.open("wb") as masked, Writer(masked, policy) as writer:
        shutil.copyfileobj(events, writer)

    print(target.read_text(), end="")
