// Many threads at once, and memory over long runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Policy } from 'spanmask';
import { traces } from './support.mjs';

const image = Policy.compile({ version: 1, rules: [{ id: 'DIGITS', pattern: '[0-9]{6}', replace: '<number>' }] }).save();

function run(name, rounds) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { image, name, rounds } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code} before it answered`)));
  });
}

test('workers mix nothing', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `worker ${i}`);
  const answers = await Promise.all(names.map((name) => run(name, 300)));
  assert.deepEqual(answers, names.map((name) => ({ name, wrong: 0, rounds: 300 })));
});

test('a worker may be ended while it masks', async () => {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { image, name: 'short', rounds: 1e9 } });
    await new Promise((resolve) => worker.once('online', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50 * i));
    await worker.terminate();
  }
});

test('many tasks at once mix nothing', async () => {
  const policy = Policy.load(image);
  const texts = Array.from({ length: 500 }, (_, i) => `["${'x'.repeat(i * 7)} ${100_000 + i} ${i % 2 ? 'é' : ''}"]`);
  const masked = await Promise.all(texts.map((text) => policy.maskAsync(text)));
  assert.deepEqual(masked, texts.map((text) => text.replace(/[0-9]{6}/, '<number>')));
});

const collect = async () => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20, external: external / 2 ** 20 };
};

/**
 * Runs once to have all memory that is needed taken, then twice as long again, at most three times. What the allocator keeps for
 * later may show as growth once (132 MiB, seen on a busy machine); what is lost shows each time.
 */
async function steady(t, round, rounds) {
  if (globalThis.gc === undefined) return t.skip('node --expose-gc');
  for (let i = 0; i < rounds; i++) await round(i);
  let before = await collect();
  let grown;
  for (let turn = 0; turn < 3; turn++) {
    for (let i = 0; i < 2 * rounds; i++) await round(i);
    const after = await collect();
    grown = Object.fromEntries(Object.keys(after).map((key) => [key, +(after[key] - before[key]).toFixed(1)]));
    t.diagnostic(`${2 * rounds} rounds more: MiB grown by ${JSON.stringify(grown)}, resident ${after.rss.toFixed(0)}`);
    if (grown.heap < 4 && grown.external < 8 && grown.rss < 48) return;
    before = after;
  }
  assert.fail(JSON.stringify(grown));
}

const policy = Policy.preset('default');
const input = traces().find(({ name }) => name === 'legacy_v2.ingestion.json').input;
const text = input.toString();
const value = JSON.parse(text);

test('memory stays as it is: masking in every way', (t) =>
  steady(
    t,
    async () => {
      const buffer = Buffer.concat([input], input.length * 2);
      policy.maskInPlace(buffer, input.length);
      policy.mask(input);
      policy.mask(text);
      policy.maskObject(value);
      policy.scan(input);
      await policy.maskAsync(input);
      assert.throws(() => policy.mask(text.slice(0, -1)));
    },
    30,
  ));

test('memory stays as it is: streams', (t) =>
  steady(
    t,
    async (i) => {
      const stream = policy.createStream({ window: 1 << 16 });
      if (i % 3 === 0) stream.end('["jo@example.com"]');
      else if (i % 3 === 1) stream.end('["jo@example.com');
      else stream.destroy(new Error('enough'));
      await stream.toArray().catch(() => {});
    },
    150,
  ));

test('memory stays as it is: policies', (t) =>
  steady(
    t,
    async () => {
      // What is collected is freed between turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      const one = Policy.load(image, { detectors: { unused: () => [] } });
      assert.equal(one.mask('["123456"]'), '["<number>"]');
    },
    150,
  ));

test('memory stays as it is: detectors', (t) => {
  const rules = { version: 1, rules: [{ id: 'N', detect: 'host:n' }] };
  const asks = Policy.compile(rules, { detectors: { n: (text) => [[0, text.length]] } });
  const many = JSON.stringify(Array.from({ length: 5_000 }, () => 'a text that is long enough to show'));
  return steady(t, () => asks.mask(many), 20);
});
