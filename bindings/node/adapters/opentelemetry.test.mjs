// OpenTelemetry: what leaves through the exporter, decoded from the wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Policy } from 'spanmask';
import { MaskingSpanExporter } from 'spanmask/opentelemetry';
import { attributes, broken, leaks, markers, policy, record, refusing, sink } from './support.mjs';

const ids = { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef', traceFlags: 1 };

function plant(provider, mark) {
  const tracer = provider.getTracer(mark('scope name'), mark('scope version'));
  const elsewhere = { ...ids, isRemote: true, traceState: new TraceState(`vendor=${mark('trace state')}`) };
  mark('exception stack trace');
  const span = tracer.startSpan(
    mark('span name'),
    {
      kind: SpanKind.CLIENT,
      links: [{ context: { ...ids, traceId: 'ffffffffffffffffffffffffffffffff' }, attributes: { why: mark('link attribute') } }],
      attributes: {
        text: mark('string attribute'),
        json: JSON.stringify({ messages: [{ content: JSON.stringify({ deep: mark('JSON inside JSON') }) }] }),
        list: ['plain', mark('list attribute'), null],
        cut: `{"messages": [{"content": "${mark('JSON that was cut off')}`,
        n: 7,
        on: true,
      },
    },
    trace.setSpanContext(ROOT_CONTEXT, elsewhere),
  );
  span.addEvent(mark('event name'), { note: mark('event attribute') });
  const error = new Error(mark('exception message'));
  error.stack += `\n    at MARK_exception_stack_trace_END (app.js:1:1)`;
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: mark('status message') });
  span.end();
  tracer.startSpan('second').end();
}

async function traced(exporter, mark) {
  const resource = resourceFromAttributes({ 'service.name': 'app', host: mark('resource attribute'), pid: Promise.resolve(mark('late resource attribute')) });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  plant(provider, mark);
  await provider.shutdown();
}

test('every field', async (t) => {
  const [mark, masked, bare] = [markers(), await sink(t), await sink(t)];
  await traced(new OTLPTraceExporter({ url: `${bare.url}/v1/traces` }), mark);
  await traced(new MaskingSpanExporter(new OTLPTraceExporter({ url: `${masked.url}/v1/traces` }), policy), mark);
  const fields = mark.result(masked.text(), bare.text());
  record('OpenTelemetry, JavaScript', 'exporter', '@opentelemetry/sdk-trace-base', fields);
  assert.deepEqual(leaks(fields), []);
  assert.equal(masked.spans().length, 2);
  const [span] = masked.spans();
  assert.equal(span.name, 'so says [M] here');
  assert.equal(span.traceId, ids.traceId);
  assert.equal(span.parentSpanId, ids.spanId);
  assert.deepEqual([attributes(span).n, attributes(span).on], [7, true]);
  assert.equal(attributes(span).json, '{"messages":[{"content":"{\\"deep\\":\\"so says [M] here\\"}"}]}');
});

test('nothing else changes', async () => {
  const [plain, masked] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
  const provider = new BasicTracerProvider({
    spanLimits: { attributeCountLimit: 3, eventCountLimit: 1, linkCountLimit: 1 },
    spanProcessors: [new SimpleSpanProcessor(plain), new SimpleSpanProcessor(new MaskingSpanExporter(masked, policy))],
  });
  const tracer = provider.getTracer('app', '1.0', { schemaUrl: 'https://schema' });
  tracer.startSpan('clean', { attributes: { a: 'b' } }).end();
  const span = tracer.startSpan('marked', { kind: SpanKind.SERVER, attributes: { t: 'MARK_x', f: 1.5, l: [1, 2], gone: 1 } });
  span.addEvent('one').addEvent('two', { n: 1 }).addLink({ context: ids }).addLink({ context: ids });
  span.end();
  await provider.forceFlush();
  const [before, after] = [plain.getFinishedSpans(), masked.getFinishedSpans()];
  assert.equal(after[0], before[0]);
  const [was, now] = [before[1], after[1]];
  assert.deepEqual(now.attributes, { ...was.attributes, t: '[M]' });
  assert.equal(was.attributes.t, 'MARK_x');
  assert.deepEqual(now.spanContext(), was.spanContext());
  for (const field of ['name', 'kind', 'startTime', 'endTime', 'duration', 'ended', 'status', 'resource', 'instrumentationScope', 'parentSpanContext', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']) {
    assert.deepEqual(now[field], was[field], field);
  }
  assert.equal(now.resource, was.resource);
  assert.deepEqual([now.droppedAttributesCount, now.droppedEventsCount, now.droppedLinksCount], [1, 1, 1]);
  assert.deepEqual(now.events.map(({ name, time, attributes = {} }) => ({ name, time, attributes })), was.events.map(({ name, time, attributes = {} }) => ({ name, time, attributes })));
  assert.deepEqual(now.links.map(({ context }) => context), was.links.map(({ context }) => context));
});

test('the profile holds', async () => {
  const rules = {
    version: 1,
    profile: 'otlp',
    rules: [
      { id: 'SECRET', keys: ['*_token'], types: ['string', 'number', 'boolean'] },
      { id: 'TOOL', attributes: ['output.value'], when: { span_kind: ['TOOL'] } },
    ],
  };
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new MaskingSpanExporter(exporter, Policy.compile(rules)))] });
  for (const kind of ['TOOL', 'LLM']) {
    const attributes = { 'openinference.span.kind': kind, 'output.value': '42', api_token: 'x', id_token: 7, on_token: true };
    provider.getTracer('app').startSpan(kind, { attributes }).end();
  }
  await provider.forceFlush();
  assert.deepEqual(exporter.getFinishedSpans().map((span) => span.attributes), [
    { 'openinference.span.kind': 'TOOL', 'output.value': '[REDACTED]', api_token: '[REDACTED]', id_token: 0, on_token: false },
    { 'openinference.span.kind': 'LLM', 'output.value': '42', api_token: '[REDACTED]', id_token: 0, on_token: false },
  ]);
});

for (const [name, masks, code] of [['throws', broken, 'RangeError'], ['refuses', refusing, 'ERR_SPANMASK_DETECTOR']]) {
  test(`a policy that ${name}`, async (t) => {
    const [mark, to, told] = [markers(), await sink(t), []];
    const exporter = new OTLPTraceExporter({ url: `${to.url}/v1/traces` });
    await traced(new MaskingSpanExporter(exporter, masks, { onFailure: (...failure) => told.push(failure) }), mark);
    assert(!to.text().includes('MARK') && !JSON.stringify(told).includes('MARK'));
    assert.deepEqual(to.spans().map((span) => span.name), ['[REDACTED]', '[REDACTED]']);
    assert.deepEqual(attributes(to.spans()[0]), { 'spanmask.failed': code });
    assert.deepEqual(to.spans()[0].status, { code: 2 });
    assert.equal(told[0][0], code);
  });
}

test('what no policy can look into, and who listens and throws', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.getTracer('app').startSpan('odd').end();
  const [span] = exporter.getFinishedSpans();
  exporter.reset();
  Object.assign(span.attributes, { bytes: Buffer.from('MARK_x'), map: { k: ['MARK_x', new Map()] }, none: undefined });
  new MaskingSpanExporter(exporter, policy).export([span], () => {});
  assert.deepEqual(exporter.getFinishedSpans()[0].attributes, { bytes: '[REDACTED]', map: { k: ['[M]', '[REDACTED]'] }, none: undefined });
  const onFailure = () => {
    throw new Error('no');
  };
  new MaskingSpanExporter(exporter, broken, { onFailure }).export([span], () => {});
  assert.equal(exporter.getFinishedSpans()[1].name, '[REDACTED]');
});
