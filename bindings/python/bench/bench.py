"""How fast, beside what Python programs use now: README.md. Prints two tables."""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spanmask
from spanmask import Policy

CONFORMANCE = Path(__file__).parents[3] / "conformance"
#: The example in Langfuse's documentation, as `preset:langfuse-docs` has it.
RULES = [
    (r"\b[\w.-]+?@\w+?\.\w+?\b", "[REDACTED_EMAIL]"),
    (r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", "[REDACTED_PHONE]"),
    (r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", "[REDACTED_CC]"),
]
COMPILED = [(re.compile(pattern), token) for pattern, token in RULES]
Job = Callable[[], Any]


def substitute(text: str) -> str:
    for pattern, token in COMPILED:
        text = pattern.sub(token, text)
    return text


def langfuse_docs(data: Any) -> Any:
    """As the documentation has it; not inside nested JSON."""
    if isinstance(data, str):
        for pattern, token in RULES:
            data = re.sub(pattern, token, data)
        return data
    if isinstance(data, dict):
        return {name: langfuse_docs(value) for name, value in data.items()}
    if isinstance(data, list):
        return [langfuse_docs(item) for item in data]
    return data


def with_re(data: Any) -> Any:
    """What a careful program does: compiled expressions, nested JSON."""
    if isinstance(data, str):
        if data[:1] in ("{", "[", '"'):
            try:
                return json.dumps(with_re(json.loads(data)))
            except ValueError:
                pass
        return substitute(data)
    if isinstance(data, dict):
        return {name: with_re(value) for name, value in data.items()}
    if isinstance(data, list):
        return [with_re(item) for item in data]
    return data


def presidio() -> Callable[[Any], Any]:
    """Its pattern recognizers for the same three kinds, without a model."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, EmailRecognizer, PhoneRecognizer

    # Otherwise it would load a list from the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

    registry = RecognizerRegistry([EmailRecognizer(), PhoneRecognizer(), CreditCardRecognizer()])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])

    def mask(data: Any) -> Any:
        if isinstance(data, str):
            for found in sorted(analyzer.analyze(data, "en"), key=lambda found: found.start, reverse=True):
                data = f"{data[: found.start]}[{found.entity_type}]{data[found.end :]}"
            return data
        if isinstance(data, dict):
            return {name: mask(value) for name, value in data.items()}
        if isinstance(data, list):
            return [mask(item) for item in data]
        return data

    return mask


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(size: int) -> bytes:
    """Spans of a captured body, as they stand there, of about so many bytes."""
    body = json.loads((CONFORMANCE / "traces" / "py5_medium.worker.json").read_text("utf-8"))
    spans = [span for resource in body for scope in resource["scopeSpans"] for span in scope["spans"]]
    chosen: list[Any] = []
    left, before = size, -1
    while len(chosen) > before:
        before = len(chosen)
        for span in spans:
            length = len(compact(span)) + 1
            if length <= left:
                chosen.append(span)
                left -= length
    return compact(chosen)


SENTENCES = [
    "The customer asked about a refund for the order, and we checked whether the payment had arrived.\n",
    'They said "please call back", because the account shows two open invoices (EUR 1,204.50).\n',
    "Die Überweisung schlug fehl; möchte der Kunde später zurückrufen? Grüße aus Köln. ",
    "First read the file, then search the database, and answer step by step with facts from above only. ",
    "Here is the summary of the meeting: pricing, limits, latency, tokens, the context window.\n\n",
    "Thanks again and have a great day! ",
]


def chat(size: int, hits: bool) -> list[dict[str, Any]]:
    """Messages of some 1,000 characters, and calls of tools whose arguments are JSON. One address in 2 KB, or none."""
    messages: list[dict[str, Any]] = []
    while len(compact(messages)) < size:
        turn = len(messages)
        text = "".join(SENTENCES[(turn + index) % len(SENTENCES)] for index in range(12))
        if hits and turn % 2:
            text += f"Write to user{turn}@example.com. "
        role = ("user", "assistant")[turn % 2]
        messages.append({"role": role, "content": text})
        if turn % 8 == 7:
            arguments = json.dumps({"query": text[:200], "limit": turn, "to": f"tool{turn}@example.com" if hits else None})
            call = {"id": f"call_{turn}", "type": "function", "function": {"name": "search", "arguments": arguments}}
            messages[-1]["tool_calls"] = [call]
    return messages


class Table:
    def __init__(self, title: str, base: str, rounds: int) -> None:
        self.title, self.base, self.rounds = title, base, rounds

    def run(self, jobs: dict[str, Callable[[], float]]) -> None:
        """A job gives the seconds of one call. `base` is the one that ratios are about."""
        times: dict[str, list[float]] = {name: [] for name in jobs}
        for _ in range(self.rounds):
            for name, job in jobs.items():
                times[name].append(job())
        print(f"\n{self.title}\n{'':24}{'median':>12}{'/ ' + self.base:>16}")
        for name, all_times in times.items():
            ratio = statistics.median(time / base for time, base in zip(all_times, times[self.base]))
            print(f"{name:24}{statistics.median(all_times) * 1e6:>9.1f} us{ratio:>16.2f}")


def timed(job: Job, calls: int) -> Callable[[], float]:
    def run() -> float:
        start = time.thread_time()
        for _ in range(calls):
            job()
        return (time.thread_time() - start) / calls

    return run


def calls_and_core(policy: Policy, size: int, rounds: int) -> None:
    """What a call costs beside the core, on the same bytes."""
    core = getattr(spanmask._spanmask, "_core", None)
    if core is None:
        print("SKIP: calls beside the core: build with --features hooks")
        return
    text = event(size)
    masked = policy.mask(text)
    copies = max(2, 256 * 1024 // len(text))
    # Room for a result that is longer, as spaces, which are JSON.
    padded = text + b" " * max(0, len(masked) - len(text) + 64)
    check = bytearray(padded)
    assert check[: policy.mask_into(check)].rstrip() == masked
    assert b"@example" not in masked

    def buffers() -> list[bytearray]:
        return [bytearray(padded) for _ in range(copies + 1)]

    def in_core() -> float:
        """The first buffer alone is the price of a new masker, and warms it up."""
        first, *_ = every = buffers()
        start = time.thread_time()
        core(policy, [bytearray(first)])
        middle = time.thread_time()
        core(policy, every)
        return ((time.thread_time() - middle) - (middle - start)) / copies

    def into() -> float:
        first, *rest = buffers()
        policy.mask_into(first)
        start = time.thread_time()
        for buffer in rest:
            policy.mask_into(buffer)
        return (time.thread_time() - start) / copies

    written = text.decode()
    jobs = {
        "core": in_core,
        "mask_into": into,
        "mask (bytes)": timed(lambda: policy.mask(text), copies),
        "mask (str)": timed(lambda: policy.mask(written), copies),
    }
    Table(f"{len(text):,} bytes of captured spans, preset:langfuse-docs", "core", rounds).run(jobs)


def objects(policy: Policy, hits: bool, rounds: int) -> None:
    value = chat(64 * 1024, hits)
    text = compact(value)
    masked = policy.mask_object(value)
    assert masked == json.loads(policy.mask(text))
    assert (masked is value) == (not hits)
    assert "@example" not in repr(masked)
    assert with_re(value) == masked
    jobs = {
        "mask_object": timed(lambda: policy.mask_object(value), 5),
        "dumps, mask, loads": timed(lambda: json.loads(policy.mask(json.dumps(value))), 2),
        "mask (bytes)": timed(lambda: policy.mask(text), 5),
        "re": timed(lambda: json.dumps(with_re(json.loads(text)), ensure_ascii=False), 1),
        "langfuse docs": timed(lambda: langfuse_docs(value), 1),
    }
    try:
        analyzed = presidio()
    except ImportError:
        print("SKIP: presidio: pip install -r bench/requirements.txt")
    else:
        assert "user1@example" not in repr(analyzed(value))
        part = value[: len(value) // 16]
        share = len(text) / len(compact(part))
        once = timed(lambda: analyzed(part), 1)
        jobs["presidio"] = lambda: once() * share
    addresses = "an address in 2 KB" if hits else "nothing to mask"
    Table(f"a chat of {len(text):,} bytes, {addresses}, preset:langfuse-docs", "mask_object", rounds).run(jobs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=51, help="how often each job is done (51)")
    rounds = parser.parse_args().rounds
    print(f"spanmask {spanmask.__version__}, Python {sys.version.split()[0]}")
    policy = Policy("preset:langfuse-docs")
    for size in (4 << 10, 64 << 10, 1 << 20):
        calls_and_core(policy, size, rounds)
    for hits in (False, True):
        objects(policy, hits, max(5, rounds // 3))


if __name__ == "__main__":
    main()
