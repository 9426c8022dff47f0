"""A backend on loopback: takes OTLP and everything else, and keeps what arrived, decoded."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Optional

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Sink:
    """Listens until it is closed. `url` is where."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sink.bodies.append((f"{self.command} {self.path}", body))
                answer = sink.answer(self.command, self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_PATCH = _answer

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """What Langfuse answers: about projects, and of all else that it has arrived."""
        if path.startswith("/api/public/projects"):
            return b'{"data": [{"id": "p", "name": "p", "organization": {"id": "o", "name": "o"}, "metadata": {}}]}'
        return b'{"successes": [], "errors": []}'

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def text(self) -> str:
        """All that arrived, in the clear: strings of a protobuf message lie in it as they are."""
        return "\n".join(f"{path}\n{body.decode('utf-8', 'replace')}" for path, body in self.bodies)

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        posted = [body for path, body in self.bodies if path.endswith("/v1/traces")]
        return [ExportTraceServiceRequest.FromString(body) for body in posted]

    @property
    def spans(self) -> list[Any]:
        return list(self._spans())

    def _spans(self) -> Iterator[Any]:
        for request in self.requests:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans

    def span(self, name: str) -> Any:
        """The only span of this name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def dump(self) -> str:
        """For whoever looks into it."""
        return json.dumps([MessageToDict(request) for request in self.requests], indent=1)


def attributes(of: Any) -> dict[str, Any]:
    """The attributes of a span, an event, a link, a resource or a scope."""
    return {pair.key: _plain(pair.value) for pair in of.attributes}


def _plain(value: Any) -> Any:
    kind: Optional[str] = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _plain(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind)
