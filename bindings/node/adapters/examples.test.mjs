// The examples, each a process of its own: what they print, and what arrives.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { sink } from './support.mjs';

const PERSONAL = ['jo@example.com', '4000056655665556', '5550 0100'];

async function run(name, environment = {}) {
  const file = join(import.meta.dirname, 'examples', name);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { ...process.env, ...environment } });
  return stdout;
}

function arrived(to, spans, ...tokens) {
  assert.equal(to.spans().length, spans);
  assert.deepEqual(PERSONAL.filter((text) => to.text().includes(text)), []);
  assert.deepEqual(tokens.filter((token) => !to.text().includes(token)), []);
}

test('langfuse', async (t) => {
  const to = await sink(t);
  const printed = await run('langfuse.mjs', { LANGFUSE_PUBLIC_KEY: 'pk', LANGFUSE_SECRET_KEY: 'sk', LANGFUSE_BASE_URL: to.url });
  assert.equal(printed, 'We call you at +49 30 5550 0100.\n');
  arrived(to, 2, '[REDACTED_EMAIL]', '[REDACTED_PAYMENT_CARD]', '[REDACTED_PHONE]');
});

test('opentelemetry', async (t) => {
  const to = await sink(t);
  assert.match(await run('opentelemetry.mjs', { OTEL_EXPORTER_OTLP_ENDPOINT: to.url }), /jo@example\.com/);
  arrived(to, 1, '[REDACTED_EMAIL]', 'exception.stacktrace');
});

test('pino', async () => {
  const lines = (await run('pino.mjs')).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines, [
    { level: 30, user: { mail: '[REDACTED_EMAIL]' }, msg: 'welcome [REDACTED_EMAIL]' },
    { level: 40, card: '[REDACTED_PAYMENT_CARD]', raw: '{"phone": "[REDACTED_PHONE]"}' },
  ]);
});
