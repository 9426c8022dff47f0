// Langfuse: what leaves through its span processor, with `mask` and with our exporter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { propagateAttributes, setLangfuseTracerProvider, startActiveObservation, startObservation } from '@langfuse/tracing';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { exporter, mask } from 'spanmask/langfuse';
import { attributes, broken, leaks, markers, policy, record, refusing, sink } from './support.mjs';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** What `mask` is called with. The SDK writes metadata that is an object as one attribute for each member. */
const MASK_SEES = ['JSON inside JSON', 'input', 'output'];

async function traced(to, mark, options = {}) {
  const keys = { publicKey: 'pk-lf-1', secretKey: 'sk', baseUrl: to.url };
  const made = typeof options === 'function' ? options(keys) : options;
  const provider = new BasicTracerProvider({ spanProcessors: [new LangfuseSpanProcessor({ ...keys, ...made, timeout: 30 })] });
  setLangfuseTracerProvider(provider);
  try {
    await plant(provider, mark);
  } finally {
    await provider.shutdown();
    setLangfuseTracerProvider(null);
  }
}

async function plant(provider, mark) {
  const trace = {
    userId: mark('user id'),
    sessionId: mark('session id'),
    tags: [mark('tag')],
    metadata: { k: mark('propagated metadata') },
    traceName: mark('trace name'),
    version: mark('version'),
  };
  await propagateAttributes(trace, () =>
    startActiveObservation(mark('name of an observation'), async (span) => {
      span.update({
        input: { messages: [{ role: 'user', content: mark('input') }], json: JSON.stringify({ a: JSON.stringify({ b: mark('JSON inside JSON') }) }) },
        output: [mark('output')],
        metadata: { note: mark('metadata'), nested: { deep: [mark('nested metadata')] } },
        statusMessage: mark('status message'),
        level: 'WARNING',
      });
      const generation = startObservation('generation', { model: mark('model'), modelParameters: { stop: mark('model parameter') } }, { asType: 'generation' });
      const error = new Error(mark('exception message'));
      mark('exception stack trace');
      error.stack += '\n    at MARK_exception_stack_trace_END (app.js:1:1)';
      generation.otelSpan.recordException(error);
      generation.end();
      const tracer = provider.getTracer('openinference.instrumentation.any');
      const other = tracer.startSpan(mark('name of a third-party span'), { attributes: { 'input.value': mark('attribute of a third-party span') } });
      other.addEvent('chunk', { text: mark('event of a third-party span') });
      other.end();
    }),
  );
}

test('every field', async (t) => {
  const hooks = { mask: { mask: mask(policy) }, exporter: (keys) => ({ exporter: exporter(policy, keys) }) };
  for (const [name, options] of Object.entries(hooks)) {
    const [mark, masked, bare] = [markers(), await sink(t), await sink(t)];
    await traced(bare, mark);
    await traced(masked, mark, options);
    const fields = mark.result(masked.text(), bare.text());
    record('Langfuse, JavaScript', name, '@langfuse/otel', fields);
    assert.deepEqual(Object.keys(fields).filter((field) => fields[field]).sort(), name === 'mask' ? MASK_SEES : Object.keys(fields).sort());
    assert.equal(masked.spans().length, bare.spans().length);
    assert(masked.spans().some((span) => attributes(span)['langfuse.observation.type'] === 'generation'));
    if (name === 'exporter') assert.deepEqual(leaks(fields), []);
  }
});

for (const [name, masks] of Object.entries({ throws: broken, refuses: refusing })) {
  test(`a policy that ${name}`, async (t) => {
    const told = [];
    const onFailure = (...failure) => told.push(failure);
    const [mark, to] = [markers(), await sink(t)];
    await traced(to, mark, { mask: mask(masks, { onFailure }) });
    assert.deepEqual(MASK_SEES.filter((field) => mark.seen(to.text()).has(field)), []);
    const other = await sink(t);
    await traced(other, mark, (keys) => ({ exporter: exporter(masks, { ...keys, onFailure }) }));
    assert(!other.text().includes('MARK') && !JSON.stringify(told).includes('MARK'));
    assert(other.spans().length > 2 && told.length > 2);
  });
}

test('what mask gives', () => {
  const masked = mask(policy);
  assert.equal(masked({ data: '{"a":"{\\"b\\":\\"MARK_x\\"}"}' }), '{"a":"{\\"b\\":\\"[M]\\"}"}');
  assert.deepEqual(masked({ data: { a: ['MARK_x', 1n] } }), { a: ['[M]', 1n] });
  const loop = { a: 'MARK_x' };
  loop.loop = loop;
  assert.equal(mask(policy, { onFailure() {} })({ data: loop }), '[REDACTED]');
  for (const data of [undefined, null, 7, 'clean']) assert.equal(masked({ data }), data);
});

test('keys are wanted', () => {
  for (const name of ['LANGFUSE_PUBLIC_KEY', 'LANGFUSE_SECRET_KEY']) delete process.env[name];
  assert.throws(() => exporter(policy), /LANGFUSE_PUBLIC_KEY/);
});
