// pino: what a destination gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Policy } from 'spanmask';
import { maskingStream } from 'spanmask/pino';
import { broken, leaks, markers, policy, record, refusing } from './support.mjs';

function lines() {
  const written = [];
  return { written, write: (line) => written.push(line), text: () => written.join('') };
}

function plant(log, mark) {
  const child = log.child({ requestId: mark('binding') });
  child.info(mark('message') + ' %s %o', mark('argument'), { k: mark('object as an argument') });
  child.warn({ user: { emails: [mark('nested field')] } }, 'call');
  child.info({ raw: JSON.stringify({ a: JSON.stringify({ b: mark('JSON inside JSON') }) }) });
  const error = new Error(mark('exception message'));
  mark('exception stack trace');
  error.stack += '\n    at MARK_exception_stack_trace_END (app.js:1:1)';
  child.error(Object.assign(error, { cause: new Error(mark('cause of an exception')), detail: mark('field of an exception') }));
}

test('every field', () => {
  const [mark, bare, masked] = [markers(), lines(), lines()];
  plant(pino({ name: mark('name of a logger') }, bare), mark);
  plant(pino({ name: mark('name of a logger') }, maskingStream(policy, masked)), mark);
  const fields = mark.result(masked.text(), bare.text());
  record('pino', 'stream', 'pino', fields);
  assert.deepEqual(leaks(fields), []);
  assert.equal(masked.written.length, bare.written.length);
  for (const [i, line] of masked.written.entries()) {
    const [before, after] = [JSON.parse(bare.written[i]), JSON.parse(line)];
    assert(line.endsWith('}\n'));
    assert.deepEqual(Object.keys(after), Object.keys(before));
    assert.equal(after.level, before.level);
  }
});

test('fails closed', () => {
  for (const masks of [broken, refusing]) {
    const [mark, to, told] = [markers(), lines(), []];
    plant(pino({ base: undefined }, maskingStream(masks, to, { onFailure: (...failure) => told.push(failure) })), mark);
    assert(!to.text().includes('MARK') && !JSON.stringify(told).includes('MARK'));
    assert.deepEqual(to.written.map((line) => JSON.parse(line).msg), Array(4).fill('[REDACTED]'));
    assert.deepEqual(to.written.map((line) => JSON.parse(line).level), [30, 40, 30, 50]);
    assert(JSON.parse(to.written[0]).time > 0 && told.length === 4);
  }
});

test('lines of other makers', () => {
  const to = lines();
  const stream = maskingStream(policy, to, { onFailure() {} });
  stream.write('MARK_x is no JSON\n');
  stream.write('{"a": "MARK_x"}\n');
  assert.deepEqual(to.written, ['{"msg":"[REDACTED]","spanmask.failed":"ERR_SPANMASK_JSON"}\n', '{"a": "[M]"}\n']);
});

test('destinations of all kinds', async (t) => {
  const chunks = [];
  const stream = new Writable({ write: (chunk, _, done) => (chunks.push(String(chunk)), done()) });
  pino({ base: undefined, timestamp: false }, maskingStream(Policy.preset('default'), stream)).info('jo@example.com');
  assert.deepEqual(chunks, ['{"level":30,"msg":"[REDACTED_EMAIL]"}\n']);
  const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
  const folder = mkdtempSync('/tmp/spanmask-');
  t.after(() => rmSync(folder, { recursive: true }));
  const file = pino.destination({ dest: `${folder}/log`, sync: false, minLength: 4096 });
  await new Promise((ready) => file.once('ready', ready));
  const masking = maskingStream(policy, file);
  const log = pino({ base: undefined, timestamp: false }, masking);
  log.info('MARK_x');
  masking.flushSync();
  assert.equal(readFileSync(`${folder}/log`, 'utf8'), '{"level":30,"msg":"[M]"}\n');
  log.info('MARK_y');
  await new Promise((done) => log.flush(done));
  assert.equal(readFileSync(`${folder}/log`, 'utf8').split('\n').length, 3);
});
