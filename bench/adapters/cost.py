"""What masking adds to what an SDK spends on a chat span of 64 KB, side by side: `make bench-adapters`.

Each way exports the same observations, one after the other, in turns with all others: made, serialised, encoded, compressed and
posted to a backend on loopback, which is another process and answers at once. What counts is the CPU time of all threads of this
process. The backend's answer is checked: what has a policy must arrive masked.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIZE = 64 * 1024
#: Seconds between exports: each is asked for.
NEVER = 3600
ADDRESS = "jo@example.com"


class Backend(BaseHTTPRequestHandler):
    """Takes all that comes. GET says how many bodies held the address, and how many did not."""

    protocol_version = "HTTP/1.1"
    seen = [0, 0]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.seen[ADDRESS.encode() not in body] += 1
        self.answer(b"{}")

    def do_GET(self) -> None:
        told = json.dumps(self.seen).encode()
        self.seen[:] = [0, 0]
        self.answer(told)

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    print(server.server_port, flush=True)
    server.serve_forever()


SENTENCES = (
    "Could you have another look at the invoice of last month?",
    "The second item was billed twice, and the shipping fee is missing.",
    "I have compared both lists: order 20251 has 3 items, the invoice has 4.",
    "Yes. The refund of 12.50 will be on its way tomorrow, please allow 3 to 5 days.",
    "Thanks! That was quick. Is there anything that I should send you?",
    "No, nothing. We have all we need; you will get a confirmation by e-mail.",
)


def chat(match: bool) -> dict[str, Any]:
    """Messages of some 64 KB as JSON."""
    messages: list[dict[str, str]] = []
    size = 0
    while size < SIZE:
        number = len(messages)
        text = " ".join(SENTENCES[(number * 5 + i * i) % len(SENTENCES)] for i in range(4 + number % 9))
        messages.append({"role": "assistant" if number % 2 else "user", "content": text})
        size += len(text) + 36
    messages[len(messages) // 2]["content"] += f" Write to {ADDRESS}." if match else ""
    return {"model": "a-model", "messages": messages}


def langfuse(url: str, name: str, wrap: Callable[[Any], Any], mask: Any = None) -> Callable[[Any], None]:
    """Langfuse with the exporter that it would make, or one around it; or with a function for `mask`."""
    from langfuse import Langfuse
    from opentelemetry.sdk.trace import TracerProvider

    import spanmask.langfuse

    exporter = spanmask.langfuse.exporter(None, public_key=name, secret_key="sk", base_url=url)._exporter  # type: ignore[arg-type]
    client = Langfuse(
        public_key=name, secret_key="sk", host=url, span_exporter=wrap(exporter), tracer_provider=TracerProvider(), timeout=60,
        flush_interval=NEVER, mask=mask,
    )  # fmt: skip

    def once(data: Any) -> None:
        client.start_observation(name="chat", as_type="generation", input=data, output="Done.", model="a-model").end()
        client.flush()

    return once


def opentelemetry(url: str, wrap: Callable[[Any], Any]) -> Callable[[Any], None]:
    """The SDK alone: attributes as instrumentations set them, messages as JSON text."""
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    exporter = OTLPSpanExporter(f"{url}/v1/traces", compression=Compression.Gzip)
    provider.add_span_processor(BatchSpanProcessor(wrap(exporter), schedule_delay_millis=1000 * NEVER))
    tracer = provider.get_tracer("bench")

    def once(data: Any) -> None:
        with tracer.start_as_current_span("chat") as span:
            span.set_attribute("gen_ai.operation.name", "chat")
            span.set_attribute("gen_ai.input.messages", json.dumps(data))
        provider.force_flush()

    return once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    import spanmask.langfuse
    from spanmask import Policy
    from spanmask.otel import MaskingSpanExporter

    logging.disable()
    backend = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert backend.stdout is not None
        url = f"http://127.0.0.1:{int(backend.stdout.readline())}"
        policies = {name: Policy(f"preset:{name}") for name in ("langfuse-docs", "default")}
        wraps: dict[str, Callable[[Any], Any]] = {"": lambda exporter: exporter}
        for name, policy in policies.items():
            wraps[name] = lambda exporter, policy=policy: MaskingSpanExporter(exporter, policy)
        ways = {("Langfuse", name): langfuse(url, f"pk-{name}", wrap) for name, wrap in wraps.items()}
        for name, policy in policies.items():
            ways["Langfuse", f"{name}, mask="] = langfuse(url, f"pk-mask-{name}", wraps[""], spanmask.langfuse.mask(policy))
        ways.update({("OpenTelemetry", name): opentelemetry(url, wrap) for name, wrap in wraps.items()})
        for match in (False, True):
            report(ways, url, match, options.rounds)
    finally:
        backend.terminate()
        backend.wait()


def report(ways: dict[tuple[str, str], Callable[[Any], None]], url: str, match: bool, rounds: int) -> None:
    data = chat(match)
    times: dict[tuple[str, str], list[float]] = {way: [] for way in ways}
    arrived = {way: [0, 0] for way in ways}
    turns = list(ways.items())
    for number in range(rounds + 5):
        # What comes round now and then (the collector of cycles, say) would always meet the same one.
        random.shuffle(turns)
        for way, once in turns:
            before = time.process_time()
            once(data)
            after = time.process_time()
            if number >= 5:
                times[way].append(after - before)
            counts = json.load(urllib.request.urlopen(url))
            arrived[way] = [a + b for a, b in zip(arrived[way], counts)]
    print(f"{len(json.dumps(data))} bytes of messages, {'one address' if match else 'nothing to mask'}")
    for (sdk, policy), spent in times.items():
        plain, masked = arrived[sdk, policy]
        expected = (rounds + 5, 0) if match and not policy else (0, rounds + 5)
        assert (plain, masked) == expected, (sdk, policy, plain, masked)
        median, base = statistics.median(spent), statistics.median(times[sdk, ""])
        more = f"  {median / base - 1:+.1%}" if policy else ""
        print(f"  {sdk:14} {policy or 'alone':20} {median * 1e6:7.0f} us{more}")


if __name__ == "__main__":
    main()
