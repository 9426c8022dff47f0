"""An HTTP client that is traced with OpenTelemetry. Its errors quote URLs, which hold tokens and addresses.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 python otel_app.py
"""

from urllib.error import URLError
from urllib.request import urlopen

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from spanmask import Policy
from spanmask.otel import MaskingSpanExporter

policy = Policy("preset:default")
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(MaskingSpanExporter(OTLPSpanExporter(), policy)))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("app")


def fetch(url: str) -> bytes:
    with tracer.start_as_current_span(f"GET {url}", attributes={"url.full": url}):
        try:
            body: bytes = urlopen(url).read()
        except URLError as error:
            raise RuntimeError(f"cannot read {url}") from error
        return body


if __name__ == "__main__":
    try:
        fetch("unknown://example.org/users?mail=jo@example.com")
    except RuntimeError as error:
        print(error)
    provider.shutdown()
