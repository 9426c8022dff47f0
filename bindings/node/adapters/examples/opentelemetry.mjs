// A client that is traced with OpenTelemetry. Its errors quote URLs, which hold tokens and addresses.
//
//     OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node opentelemetry.mjs
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Policy } from 'spanmask';
import { MaskingSpanExporter } from 'spanmask/opentelemetry';

const policy = Policy.preset('default');
const exporter = new MaskingSpanExporter(new OTLPTraceExporter(), policy);
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
const tracer = provider.getTracer('app');

async function read(url) {
  const span = tracer.startSpan(`GET ${url}`, { attributes: { 'url.full': url } });
  try {
    const response = await fetch(url);
    return await response.text();
  } catch (cause) {
    const error = new Error(`cannot read ${url}`, { cause });
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    throw error;
  } finally {
    span.end();
  }
}

await read('unknown://example.org/users?mail=jo@example.com').catch((error) => console.log(error.message));
await provider.shutdown();
