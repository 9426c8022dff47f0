// How fast, beside the core and beside what people use. `npm run bench`; `--quick` takes a tenth of the rounds.
//
// All engines of a table work in one process, on the same bytes, round by round in turn; the number is the median. Trust ratios within
// one run. Each answer is checked before it is timed. The core is timed by a native half that is built for this alone.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('native/', import.meta.url));
const addon = readdirSync(here).find((name) => name.endsWith('.node'));
// The package loads what this names, so that both work with the same native half.
process.env.NAPI_RS_NATIVE_LIBRARY_PATH = here + addon;
const { Policy } = await import('spanmask');
const require = createRequire(import.meta.url);
const { load, timeCore } = require(here + addon);
const pino = require('@pinojs/redact');
const fast = require('fast-redact');

const QUICK = process.argv.includes('--quick');
const now = () => Number(process.hrtime.bigint());
const rounds = (count) => Math.max(5, QUICK ? count / 10 : count);

const RULES = {
  version: 1,
  rules: [
    { id: 'EMAIL', pattern: '\\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}\\b', replace: '[REDACTED_EMAIL]' },
    { id: 'PHONE', pattern: '\\+?\\b\\d{2,3}[ -]\\d{2,4}[ -]\\d{4}(?: \\d{4})?\\b', replace: '[REDACTED_PHONE]' },
    { id: 'CARD', pattern: '\\b(?:\\d[ -]?){13,16}\\b', replace: '[REDACTED_CARD]' },
  ],
};
const EXPRESSIONS = RULES.rules.map(({ pattern, replace }) => [new RegExp(pattern, 'g'), replace]);

function median(all) {
  const sorted = Float64Array.from(all).sort();
  return sorted[sorted.length >> 1];
}

/** Times engines in turn: each is a function that does its work once and gives nanoseconds. */
function compare(engines, count) {
  const times = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (const engine of Object.values(engines)) for (let i = 0; i < Math.min(count, 50); i++) engine();
  for (let round = 0; round < count; round++) {
    for (const [name, engine] of Object.entries(engines)) times[name].push(engine());
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

function table(title, medians, first) {
  console.log(`\n${title}`);
  for (const [name, time] of Object.entries(medians)) {
    console.log(`  ${name.padEnd(34)} ${(time / 1000).toFixed(2).padStart(10)} µs  ${(time / medians[first]).toFixed(2).padStart(7)} x`);
  }
}

const timed = (work) => () => {
  const start = now();
  work();
  return now() - start;
};

// Events.

const trace = JSON.parse(readFileSync(new URL('../../../conformance/traces/py5_medium.worker.json', import.meta.url)));
const spans = trace.flatMap((of) => of.scopeSpans.flatMap((scope) => scope.spans));

/** Spans of a captured body, as many as make up a text of about this length. */
function event(bytes) {
  const some = [];
  for (let i = 0, length = 0; length < bytes; i++) {
    some.push(spans[i % spans.length]);
    length += JSON.stringify(some.at(-1)).length + 1;
  }
  return Buffer.from(JSON.stringify([{ scopeSpans: [{ spans: some }] }]));
}

/** A text of just this length, most of which is chat. */
function chat(bytes, hit) {
  const messages = [];
  for (let length = 20; length < bytes - 400; length = JSON.stringify({ messages }).length) {
    const words = 'The order was sent on Monday, and the parcel should be with you by the end of the week. '.repeat(6);
    const content = hit && messages.length === 8 ? `${words} Write to jo.doe@example.com.` : words;
    messages.push({ role: messages.length % 2 ? 'user' : 'assistant', content });
  }
  return Buffer.from(JSON.stringify({ messages }));
}

function inPlace(name, text, policy, handle) {
  const copies = Math.max(4, Math.min(64, Math.floor((256 << 10) / text.length)));
  const capacity = text.length * 2;
  const all = Array.from({ length: copies }, () => Buffer.alloc(capacity));
  const expected = policy.mask(text);
  text.copy(all[0]);
  assert(all[0].subarray(0, policy.maskInPlace(all[0], text.length)).equals(expected));
  const refill = () => all.forEach((copy) => text.copy(copy));
  const over = (work) => () => {
    refill();
    const start = now();
    for (const copy of all) work(copy);
    return (now() - start) / copies;
  };
  const string = text.toString();
  const medians = compare(
    {
      'core, in place': () => timeCore(handle, text, capacity, copies),
      maskInPlace: over((copy) => policy.maskInPlace(copy, text.length)),
      'mask(buffer)': over(() => policy.mask(text)),
      'mask(string)': over(() => policy.mask(string)),
    },
    rounds(text.length > 100_000 ? 60 : 600),
  );
  table(`${name}: ${text.length} bytes, ${policy.report().parts} parts`, medians, 'core, in place');
  return medians.maskInPlace / medians['core, in place'];
}

const ratios = {};
for (const [name, rules] of [['default', Policy.preset('default').save()], ['three expressions', Policy.compile(RULES).save()]]) {
  const policy = Policy.load(rules);
  const { handle } = load(rules, { one: false, detectors: [] });
  for (const [what, text] of [
    ['4 KB of chat', chat(4096, true)],
    ['4 KB of spans', event(3000)],
    ['1 MB of chat', chat(1 << 20, true)],
    ['1 MB of spans', event(1 << 20)],
  ]) {
    ratios[`${what}, ${name}`] = inPlace(`${what}, ${name}`, text, policy, handle);
  }
}

// Objects.

/** What people write: each string by each expression; in strings that are JSON, too. */
function replaceIn(value) {
  if (typeof value === 'string') {
    if (/^\s*[[{]/.test(value)) {
      try {
        const inner = JSON.parse(value);
        return JSON.stringify(replaceIn(inner));
      } catch {
        // No JSON.
      }
    }
    return EXPRESSIONS.reduce((text, [expression, token]) => text.replace(expression, token), value);
  }
  if (Array.isArray(value)) return value.map(replaceIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceIn(member)]));
}

const policy = Policy.compile(RULES);
for (const [name, text] of [
  ['64 KB of chat, no hit', chat(64 << 10, false)],
  ['64 KB of chat, one hit', chat(64 << 10, true)],
  ['4 KB of chat, no hit', chat(4096, false)],
  ['64 KB of spans', event(64 << 10)],
]) {
  const value = JSON.parse(text);
  const string = text.toString();
  // In the spans, expressions of JavaScript find other ends: their \\b knows ASCII only, and what overlaps is found in turn.
  if (!string.includes('scopeSpans')) assert.deepEqual(policy.maskObject(value), replaceIn(value));
  const masked = policy.maskObject(value);
  assert.equal(masked === value, policy.report().parts === 0);
  const medians = compare(
    {
      maskObject: timed(() => policy.maskObject(value)),
      'stringify, mask, parse': timed(() => JSON.parse(policy.mask(JSON.stringify(value)))),
      'walk and replace': timed(() => replaceIn(value)),
      'parse, replace, stringify': timed(() => JSON.stringify(replaceIn(JSON.parse(string)))),
      'JSON.stringify alone': timed(() => JSON.stringify(value)),
    },
    rounds(300),
  );
  table(`maskObject: ${name}, ${text.length} bytes`, medians, 'maskObject');
}

// Redactors mask the values of paths that they are told, and look into no text. So do these rules.

const PATHS = ['req.headers.authorization', 'user.email', 'items[*].token'];
const byPath = Policy.compile({
  version: 1,
  default_replacement: '[REDACTED]',
  rules: [{ id: 'PATHS', paths: ['$.req.headers.authorization', '$.user.email', '$.items[*].token'] }],
});
const line = {
  level: 30,
  time: 1763747000000,
  msg: 'request completed',
  req: { method: 'GET', url: '/orders', headers: { host: 'example.com', authorization: 'Bearer abcdef', accept: '*/*' } },
  user: { id: 7, email: 'jo@example.com' },
  items: [{ sku: 'a', token: 'x' }, { sku: 'b', token: 'y' }],
};
const redactors = { '@pinojs/redact': pino, 'fast-redact': fast };
const expected = JSON.stringify(byPath.maskObject(line));
const engines = {
  'maskObject, JSON.stringify': () => JSON.stringify(byPath.maskObject(line)),
  'JSON.stringify, mask': () => byPath.mask(JSON.stringify(line)),
};
for (const [name, make] of Object.entries(redactors)) {
  const redact = make({ paths: PATHS, censor: '[REDACTED]' });
  engines[name] = () => redact(line);
}
for (const [name, work] of Object.entries(engines)) assert.equal(work(), expected, name);
const many = Object.entries(engines).map(([name, work]) => [name, () => timed(() => { for (let i = 0; i < 100; i++) work(); })() / 100]);
table(`a line of a log, by paths: ${expected.length} bytes`, compare(Object.fromEntries(many), rounds(300)), '@pinojs/redact');

console.log('\nmaskInPlace, times the core (at most 2 at 4 KB, 1.1 at 1 MB):');
for (const [name, ratio] of Object.entries(ratios)) console.log(`  ${name.padEnd(34)} ${ratio.toFixed(2)}`);
