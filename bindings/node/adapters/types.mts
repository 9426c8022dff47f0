// What a program sees: the adapters fit where the SDKs want them.
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { Policy } from 'spanmask';
import { exporter, mask } from 'spanmask/langfuse';
import { MaskingSpanExporter } from 'spanmask/opentelemetry';
import { maskingStream } from 'spanmask/pino';

const policy = Policy.preset('default');
const masking: SpanExporter = new MaskingSpanExporter(new OTLPTraceExporter(), policy, { onFailure: (code: string) => void code });
new BatchSpanProcessor(masking);
new LangfuseSpanProcessor({ mask: mask(policy), exporter: exporter(policy, { publicKey: 'pk', secretKey: 'sk' }) });
pino({ level: 'info' }, maskingStream(policy, pino.destination(1)));
// @ts-expect-error: a policy is wanted
new MaskingSpanExporter(new OTLPTraceExporter());
