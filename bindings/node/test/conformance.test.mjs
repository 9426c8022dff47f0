// Every case of conformance/, by every way of masking.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CapacityError, JsonError, OversizeError, Policy, PolicyError } from 'spanmask';
import { conformance, difference, files, inputOf, outputOf, pieces, planted, policyOf, random, strings, traces } from './support.mjs';

/** Parts that a masker keeps in mind; with more, masking may need more room on the way than at the end. */
const KEPT_PARTS = 98_304;

const ran = { cases: 0, objects: 0, streams: 0 };

for (const { name, kind, cases } of files()) {
  describe(name, () => {
    for (const item of cases) {
      test(item.name, async () => {
        await run(kind, item);
        ran.cases += 1;
      });
    }
  });
}

after(() => {
  console.log(`${ran.cases} cases, ${ran.objects} of them as objects, ${ran.streams} streams`);
  assert(ran.cases > 300 && ran.objects > 200, 'cases ran');
});

async function run(kind, item) {
  if (item.problems !== undefined) return refusedPolicy(item);
  const policy = policyOf(item);
  if (item.warnings !== undefined) {
    assert.deepEqual(policy.warnings.map((warning) => warning.split(': ')[0]), item.warnings);
  }
  const input = inputOf(item);
  if (item.error !== undefined) return refused(policy, input, item.error);
  const output = kind === 'keep' ? input : (outputOf(item) ?? policy.mask(input));
  inMemory(policy, input, output);
  counted(policy, item);
  scanned(policy, item, input);
  same(await policy.maskAsync(input), output, 'maskAsync');
  same(Buffer.from(await policy.maskAsync(input.toString())), output, 'maskAsync of a string');
  await inPieces(policy, item, input, output);
  asObject(policy, input, output);
  if (kind === 'free') assert.equal(difference(JSON.parse(input), JSON.parse(output)), undefined);
  held(item, output);
}

function refusedPolicy(item) {
  assert.throws(
    () => policyOf(item),
    (error) => {
      assert(error instanceof PolicyError && error.message !== '');
      assert.deepEqual(error.problems.map(({ kind, path }) => ({ kind, path })), item.problems.map(({ kind, path }) => ({ kind, path })));
      error.problems.forEach((problem, i) => assert((problem.suggestion ?? '').includes(item.problems[i].suggestion ?? '')));
      return true;
    },
  );
}

async function refused(policy, input, wanted) {
  const check = (error) => {
    assert(error instanceof JsonError, `${error}`);
    assert.deepEqual({ reason: error.reason, offset: error.offset }, wanted);
    return true;
  };
  const buffer = Buffer.from(input);
  assert.throws(() => policy.maskInPlace(buffer), check);
  assert(buffer.equals(input), 'the buffer changed');
  assert.throws(() => policy.mask(input), check);
  assert.throws(() => policy.scan(input), check);
  await assert.rejects(policy.maskAsync(input), check);
  for (const cuts of cutsOf(input, false)) {
    await assert.rejects(fed(policy, input, cuts).toArray(), check);
  }
  await assert.rejects(web(policy, pieces(input, [input.length >> 1])), check);
  const text = input.toString();
  if (!Buffer.from(text).equals(input)) return;
  // In a string, offsets are those of the string.
  const ofString = (error) => check(Object.assign(error, { offset: Buffer.byteLength(text.slice(0, error.offset)) }));
  assert.throws(() => policy.mask(text), ofString);
  assert.throws(() => policy.scan(text), ofString);
  await assert.rejects(policy.maskAsync(text), ofString);
}

function inMemory(policy, input, output) {
  for (const room of [0, 1, 100]) {
    let buffer = Buffer.concat([input], Math.max(input.length, output.length) + room);
    const length = withRoom(policy, () => policy.maskInPlace(buffer, input.length), (needed) => {
      buffer = Buffer.concat([input], needed);
    });
    same(buffer.subarray(0, length), output, 'maskInPlace');
  }
  if (output.length > input.length) {
    const buffer = Buffer.concat([input], output.length - 1);
    assert.throws(
      () => policy.maskInPlace(buffer, input.length),
      (error) => error instanceof CapacityError && error.needed >= output.length,
    );
    assert(buffer.subarray(0, input.length).equals(input), 'the buffer changed');
  }
  const plain = policy.mask(new Uint8Array(input));
  assert(plain.constructor === Uint8Array);
  same(plain, output, 'mask of a Uint8Array');
  const text = input.toString();
  same(Buffer.from(policy.mask(text)), output, 'mask of a string');
  const masked = policy.mask(input);
  assert(Buffer.isBuffer(masked));
  same(masked, output, 'mask of a Buffer');
}

function withRoom(policy, mask, grow) {
  try {
    return mask();
  } catch (error) {
    assert(error instanceof CapacityError, `${error}`);
    grow(error.needed);
    const length = mask();
    assert(policy.report().parts > KEPT_PARTS, 'more room was needed than the result takes');
    return length;
  }
}

function same(actual, expected, way) {
  if (Buffer.compare(actual, expected) === 0) return;
  assert.fail(`${way}:\n  expected ${`${expected}`.slice(0, 2000)}\n  actual   ${Buffer.from(actual).toString().slice(0, 2000)}`);
}

function counted(policy, { counts, report: totals = {} }) {
  const report = policy.report();
  const names = { bytes_masked: 'bytesMasked', values: 'values', texts: 'texts' };
  for (const [name, wanted] of Object.entries(totals)) assert.equal(report[names[name]], wanted, name);
  if (counts === undefined) return;
  for (const [rule, count] of Object.entries(report.counts)) assert.equal(count, counts[rule] ?? 0, rule);
  assert.equal(report.parts, Object.values(counts).reduce((sum, count) => sum + count, 0));
}

function scanned(policy, { findings: wanted }, input) {
  const { findings, report } = policy.scan(input);
  assert.equal(findings.length, report.parts);
  if (wanted !== undefined) assert.deepEqual(findings, wanted);
  const text = input.toString();
  const ofString = policy.scan(text).findings;
  assert.equal(ofString.length, findings.length);
  for (let i = 0; i < Math.min(findings.length, 100); i++) {
    const { start, end } = findings[i];
    assert.equal(text.slice(ofString[i].start, ofString[i].end), input.toString('utf8', start, end));
  }
}

function cutsOf(input, all) {
  const cuts = [[], [input.length >> 1]];
  if (input.length <= 256) cuts.push(Array.from({ length: input.length }, (_, i) => i));
  if (all) for (let i = 1; i < Math.min(input.length, 64); i++) cuts.push([i]);
  const below = random(input.length);
  cuts.push(Array.from({ length: 8 }, () => below(input.length + 1)).sort((a, b) => a - b));
  return cuts;
}

function fed(policy, input, cuts, options = {}) {
  const stream = policy.createStream(options);
  ran.streams += 1;
  for (const piece of pieces(input, cuts)) stream.write(piece);
  return stream.end();
}

async function inPieces(policy, item, input, output) {
  const window = input.length + 64;
  for (const [i, cuts] of cutsOf(input, item.splits === 'all').entries()) {
    const stream = fed(policy, input, cuts, { window, flush: i % 2 === 1 });
    same(Buffer.concat(await stream.toArray()), output, `in pieces, cut at ${cuts}`);
    assert.equal(stream.report().parts, policy.scan(input).report.parts);
  }
  same(await web(policy, pieces(input, [input.length >> 1]), { window }), output, 'as a web stream');
  // A window that is smaller than some value says so, or gives the same.
  try {
    same(Buffer.concat(await fed(policy, input, [], { window: 512, oversize: 'error' }).toArray()), output, 'in a small window');
  } catch (error) {
    assert(error instanceof OversizeError, `${error}`);
  }
}

async function web(policy, chunks, options) {
  const masked = [];
  const source = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const chunk of source.pipeThrough(policy.createWebStream(options))) masked.push(chunk);
  return Buffer.concat(masked);
}

/** As an object, a text is what JSON.stringify writes of it: white space, escapes and duplicates are gone before it is masked. */
function asObject(policy, input, output) {
  let value;
  try {
    value = JSON.parse(input);
  } catch {
    return;
  }
  const text = JSON.stringify(value);
  if (containers(text) >= 1024) return;
  ran.objects += 1;
  const before = structuredClone(value);
  const masked = policy.maskObject(value);
  assert.deepEqual(value, before, 'the value changed');
  assert.equal(JSON.stringify(masked), JSON.stringify(JSON.parse(policy.mask(text))));
  if (text === input.toString()) {
    assert.equal(JSON.stringify(masked), JSON.stringify(JSON.parse(output)), 'as an object');
    if (output.equals(input)) assert.equal(masked, value, 'nothing matched');
  }
}

function containers(text) {
  let [depth, most] = [0, 0];
  for (const byte of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (byte === '[' || byte === '{') most = Math.max(most, ++depth);
    else if (byte === ']' || byte === '}') depth -= 1;
  }
  return most;
}

function held({ absent = [], present = [] }, output) {
  if (absent.length + present.length === 0) return;
  const all = [...strings(JSON.parse(output))];
  for (const text of absent) assert(!all.some((string) => string.includes(text)), 'still there');
  for (const text of present) assert(all.some((string) => string.includes(text)), 'gone');
}

describe('traces', () => {
  const policy = Policy.preset('default');
  const values = planted();
  for (const { name, input } of traces()) {
    test(name, async () => {
      const output = policy.mask(input);
      const all = [...strings(JSON.parse(output))];
      assert(values.some((value) => input.includes(value)));
      assert(!values.some((value) => all.some((string) => string.includes(value))), 'something planted is left');
      inMemory(policy, input, output);
      same(await policy.maskAsync(input), output, 'maskAsync');
      await inPieces(policy, {}, input, output);
      asObject(policy, input, output);
      same(policy.mask(output), output, 'masked again');
    });
  }
});

describe('JSONTestSuite', () => {
  const folder = join(conformance, 'json-test-suite');
  const answers = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
  const policy = Policy.preset('default', { framing: 'one' });
  for (const name of readdirSync(folder).filter((name) => /^[yni]_/.test(name))) {
    test(name, async () => {
      const input = readFileSync(join(folder, name));
      const accepted = name.startsWith('y_') || answers[name]?.accepted === true;
      if (accepted) {
        inMemory(policy, input, input);
        asObject(policy, input, input);
        await inPieces(policy, {}, input, input);
      } else {
        const error = await policy.maskAsync(input).catch((error) => error);
        assert(error instanceof JsonError, `${error}`);
        await refused(policy, input, { reason: error.reason, offset: error.offset });
      }
    });
  }
});
