// What the calls promise besides their result: errors, what they are given back, detectors, closed streams.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import * as esm from 'spanmask';
import { CapacityError, DetectorError, ImageError, JsonError, OversizeError, Policy, PolicyError, SpanmaskError } from 'spanmask';

const RULES = { version: 1, rules: [{ id: 'DIGITS', pattern: '[0-9]{6}', replace: '<number>' }] };
const policy = Policy.compile(RULES);
const SECRET = 'x-canary-7d1f';

describe('compile', () => {
  test('takes objects, YAML, JSON and TOML', () => {
    const toml = 'version = 1\n[[rules]]\nid = "DIGITS"\npattern = "[0-9]{6}"\nreplace = "<number>"\n';
    const all = [
      policy,
      Policy.compile(JSON.stringify(RULES)),
      Policy.compile(JSON.stringify(RULES), { format: 'json' }),
      Policy.compile('{ version: 1, rules: [{ id: DIGITS, pattern: "[0-9]{6}", replace: <number> }] }'),
      Policy.compile(toml, { format: 'toml' }),
      Policy.load(policy.save()),
    ];
    for (const one of all) {
      assert.equal(one.mask('["123456"]'), '["<number>"]');
      assert.deepEqual(one.rules, ['DIGITS']);
    }
  });

  test('takes what a policy names outside itself', () => {
    const rules = [{ id: 'H', pattern: '[0-9]{6}', hash: { key_env: 'KEY' } }, { id: 'L', literals_file: 'names.txt', replace: '<name>' }];
    const compile = (literals) => Policy.compile({ version: 1, rules }, { keys: { KEY: 'k' }, literals: { 'names.txt': literals } });
    const masked = compile('Zoë\nAnn\n').mask('["Zoë 123456"]');
    assert.match(masked, /^\["<name> [0-9a-f]{16}"\]$/);
    assert.equal(compile(['Zoë', 'Ann']).mask('["Zoë 123456"]'), masked);
    assert.equal(compile(Buffer.from('Zoë')).mask('["Zoë 123456"]'), masked);
    assert.throws(() => Policy.compile({ version: 1, rules }), (error) => {
      return error instanceof PolicyError && error.problems.length === 2 && error.problems.every(({ kind }) => kind === 'external');
    });
    const hashes = compile('Zoë');
    assert.throws(() => hashes.save(), { code: 'ERR_SPANMASK_KEYS' });
    assert.equal(Policy.load(hashes.save({ withKeys: true })).mask('["Zoë 123456"]'), masked);
  });

  test('says what is wrong', () => {
    assert.throws(() => Policy.compile({ version: 1, rules: [{ id: 'A', detekt: 'email' }] }), (error) => {
      assert(error instanceof PolicyError && error instanceof SpanmaskError && error instanceof Error);
      assert.equal(error.name, 'PolicyError');
      assert.equal(error.code, 'ERR_SPANMASK_POLICY');
      assert.deepEqual(error.problems.map(({ kind, path }) => [kind, path]), [['unknown_field', 'rules[0].detekt']]);
      assert.match(error.problems[0].suggestion, /detect/);
      return true;
    });
    assert.throws(() => Policy.preset('defualt'), PolicyError);
    for (const wrong of [undefined, null, 7, () => {}]) {
      assert.throws(() => Policy.compile(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => Policy.preset(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
      assert.throws(() => Policy.load(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
    assert.throws(() => Policy.compile(RULES, { keys: { K: 7 } }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => Policy.compile(RULES, { framing: 'lines' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => new Policy(), TypeError);
  });

  test('refuses images that are damaged', () => {
    const image = policy.save();
    for (const at of [0, 9, image.length >> 1, image.length - 1]) {
      const damaged = Buffer.from(image);
      damaged[at] ^= 1;
      assert.throws(() => Policy.load(damaged), ImageError);
    }
    assert.throws(() => Policy.load(image.subarray(0, 40)), { name: 'ImageError', code: 'ERR_SPANMASK_IMAGE' });
    assert.throws(() => Policy.load(Buffer.alloc(0)), ImageError);
  });
});

describe('masking', () => {
  test('refuses what it cannot take', async () => {
    for (const wrong of [undefined, null, 7, {}, [], new ArrayBuffer(4), new DataView(new ArrayBuffer(4)), new Uint16Array(2)]) {
      const error = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
      assert.throws(() => policy.mask(wrong), error);
      assert.throws(() => policy.scan(wrong), error);
      assert.throws(() => policy.maskInPlace(wrong), error);
      await assert.rejects(policy.maskAsync(wrong), error);
    }
    assert.throws(() => policy.maskInPlace('["123456"]'), TypeError);
    for (const length of [-1, 11, 1.5, Number.NaN, '4']) {
      assert.throws(() => policy.maskInPlace(Buffer.alloc(10), length), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    }
    for (const method of ['mask', 'maskInPlace', 'scan', 'report']) {
      assert.throws(() => policy[method].call({}, '[]'), TypeError);
    }
  });

  test('refuses memory that is detached', async () => {
    const detached = new Uint8Array(8);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    assert.throws(() => policy.maskInPlace(detached), TypeError);
    assert.throws(() => policy.mask(detached), TypeError);
    assert.throws(() => policy.scan(detached), TypeError);
    assert.throws(() => Policy.load(detached), TypeError);
    await assert.rejects(policy.maskAsync(detached), TypeError);
    assert.equal(policy.maskInPlace(Buffer.alloc(0)), 0);
  });

  test('takes a copy of shared memory, and masks none in place', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(10));
    shared.set(Buffer.from('["123456"]'));
    assert.throws(() => policy.maskInPlace(shared), { name: 'TypeError', message: /shared/ });
    assert.equal(Buffer.from(policy.mask(shared)).toString(), '["<number>"]');
    assert.equal(Buffer.from(await policy.maskAsync(shared)).toString(), '["<number>"]');
    assert.equal(policy.scan(shared).findings.length, 1);
    assert.equal(Buffer.from(shared).toString(), '["123456"]');
  });

  test('leaves nothing of the text behind the result', async () => {
    const short = Policy.compile({ version: 1, rules: [{ id: 'A', pattern: '[0-9]{6}', remove: true }] });
    const buffer = Buffer.from(`["${'123456'.repeat(10)}"]   `);
    const length = short.maskInPlace(buffer, buffer.length - 3);
    assert.equal(buffer.toString('latin1', 0, length), '[""]');
    assert.equal(buffer.toString('latin1', length), `${'\0'.repeat(60)}   `);
    const text = new Uint8Array(Buffer.from(`["${'123456'.repeat(10)}"]`));
    for (const masked of [short.mask(text), await short.maskAsync(text)]) {
      assert(!Buffer.from(masked.buffer).includes('123456'), 'in the memory of the result');
    }
  });

  test('gives the same string back, and new bytes', async () => {
    const text = '{"a": "nothing here, not even 12345"}';
    assert.equal(policy.mask(text), text);
    const bytes = Buffer.from(text);
    for (const masked of [policy.mask(bytes), await policy.maskAsync(bytes)]) {
      assert(masked.equals(bytes));
      masked.fill(0);
      assert.equal(`${bytes}`, text);
    }
  });

  test('maskAsync leaves the caller its buffer at once', async () => {
    const bytes = Buffer.from('["123456"]');
    const masked = policy.maskAsync(bytes);
    bytes.fill(0);
    assert.equal((await masked).toString(), '["<number>"]');
  });

  test('maskAsync tells its numbers', async () => {
    let report;
    await policy.maskAsync('["123456", "123456"]', { onReport: (of) => (report = of) });
    assert.deepEqual({ ...report, counts: { ...report.counts } }, { counts: { DIGITS: 2 }, parts: 2, bytesMasked: 12, values: 2, texts: 1 });
  });

  test('grows when the result is much longer', async () => {
    const long = Policy.compile({ version: 1, rules: [{ id: 'A', pattern: 'a', replace: 'b'.repeat(200) }] });
    const text = `["${'a'.repeat(20_000)}"]`;
    const expected = `["${'b'.repeat(20_000 * 200)}"]`;
    assert.equal(long.mask(text), expected);
    assert.equal(long.mask(Buffer.from(text)).toString(), expected);
    assert.equal(await long.maskAsync(text), expected);
    assert.equal((await long.maskAsync(Buffer.from(text))).toString(), expected);
    assert.deepEqual(long.maskObject(JSON.parse(text)), JSON.parse(expected));
    assert.equal(Buffer.concat(await long.createStream().end(text).toArray()).toString(), expected);
  });

  test('keeps halves of surrogate pairs', async () => {
    const text = `["\ud83d 123456 \ude00", "{\\"a\\": \\"\ud83d\\"}"]`;
    const wanted = JSON.parse(text.replace('123456', '<number>'));
    assert.deepEqual(JSON.parse(policy.mask(text)), wanted);
    assert.deepEqual(JSON.parse(await policy.maskAsync(text)), wanted);
    assert.equal(policy.mask('["\ud83d"]'), '["\ud83d"]');
  });

  test('tells offsets in a string as the string counts', () => {
    const text = '["😀 é 123456", "😀 123456"]';
    const found = policy.scan(text).findings.map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(found, ['123456', '123456']);
    assert.throws(() => policy.mask('["😀é" x'), (error) => {
      assert(error instanceof JsonError);
      assert.equal(error.code, 'ERR_SPANMASK_JSON');
      assert.equal(error.reason, 'literal');
      assert.equal(error.offset, 7);
      assert.match(error.message, /7/);
      return true;
    });
  });

  test('shows nothing of an input', async () => {
    const secret = `{"${SECRET}": "${SECRET}", ${SECRET}`;
    const errors = [() => policy.mask(secret), () => policy.mask(Buffer.from(secret)), () => policy.scan(secret)].map((call) => {
      try {
        return assert.fail(call());
      } catch (error) {
        return error;
      }
    });
    errors.push(await policy.maskAsync(secret).catch((error) => error));
    errors.push(await policy.createStream().end(secret).toArray().catch((error) => error));
    const failing = Policy.compile(
      { version: 1, rules: [{ id: 'N', detect: 'host:n', fail: 'refuse' }] },
      { detectors: { n: (text) => { throw new Error(text); } } },
    );
    try {
      failing.mask(`["${SECRET}"]`);
    } catch (error) {
      errors.push(error);
    }
    assert.equal(errors.length, 6);
    for (const error of errors) {
      assert(error instanceof SpanmaskError, `${error}`);
      assert(!inspect(error, { depth: 9, showHidden: true }).includes(SECRET), inspect(error));
    }
    assert(!inspect(policy, { depth: 9, showHidden: true }).includes(SECRET));
  });

  test('heeds framing', () => {
    const one = Policy.compile(RULES, { framing: 'one' });
    assert.throws(() => one.mask('1 2'), { reason: 'trailing' });
    assert.throws(() => one.mask(''), { reason: 'empty' });
    assert.equal(policy.mask('"123456" \n"123456"'), '"<number>" \n"<number>"');
    assert.equal(policy.mask(''), '');
  });
});

describe('detectors', () => {
  const asks = (fail) => ({ version: 1, rules: [{ id: 'N', detect: 'host:names', ...(fail && { fail }) }] });
  const names = (text) => Array.from(text.matchAll(/Zoë/g), ({ index }) => [index, index + 3]);

  test('are asked by every way', async () => {
    const of = Policy.compile(asks(), { detectors: { names } });
    const [text, masked] = ['["😀 Ask Zo\\u00eb.", "{\\"a\\":\\"Zoë😀\\"}"]', '["😀 Ask [REDACTED].", "{\\"a\\":\\"[REDACTED]😀\\"}"]'];
    assert.equal(of.mask(text), masked);
    assert.equal(of.mask(Buffer.from(text)).toString(), masked);
    assert.equal(await of.maskAsync(text), masked);
    const buffer = Buffer.concat([Buffer.from(text)], 200);
    assert.equal(buffer.toString('utf8', 0, of.maskInPlace(buffer, Buffer.byteLength(text))), masked);
    assert.equal(of.scan(text).findings.length, 2);
    assert.deepEqual(of.maskObject(JSON.parse(text)), JSON.parse(masked));
    assert.equal(Buffer.concat(await of.createStream().end(text).toArray()).toString(), masked);
  });

  test('that fail have the value masked whole, or the call refused', async () => {
    const failing = {
      throws: () => { throw new Error('no'); },
      promises: async () => [],
      nothing: () => undefined,
      outside: () => [[0, 99]],
      backwards: () => [[3, 1]],
      halves: () => [[0, 1]],
      fractions: () => [[0.5, 1]],
      'too many': () => Array.from({ length: 1025 }, () => [0, 2]),
    };
    for (const [what, detector] of Object.entries(failing)) {
      const errors = [];
      const options = { detectors: { names: detector }, onDetectorError: (error, name) => errors.push([name, error]) };
      assert.equal(Policy.compile(asks('mask'), options).mask('[1,"😀 Zoë"]'), '[1,"[REDACTED]"]', what);
      assert(['halves', 'too many'].includes(what) || (errors.length > 0 && errors[0][0] === 'names' && errors[0][1] instanceof Error), what);
      const refuses = Policy.compile(asks('refuse'), options);
      const wanted = (error) => {
        assert(error instanceof DetectorError, `${what}: ${error}`);
        assert.deepEqual([error.code, error.rule, error.offset], ['ERR_SPANMASK_DETECTOR', 'N', 4]);
        return true;
      };
      const buffer = Buffer.concat([Buffer.from('[1,"😀 Zoë"]')], 50);
      const before = Buffer.from(buffer);
      assert.throws(() => refuses.mask(buffer.subarray(0, 15)), wanted);
      assert.throws(() => refuses.maskInPlace(buffer, 15), wanted);
      assert(buffer.equals(before));
      await assert.rejects(refuses.maskAsync(buffer.subarray(0, 15)), wanted);
      await assert.rejects(refuses.createStream().end(buffer.subarray(0, 15)).toArray(), wanted);
    }
  });

  test('may use any policy, and take the buffer away', () => {
    let buffer;
    const of = Policy.compile(asks(), {
      detectors: {
        names(text) {
          buffer?.fill(0x20);
          if (buffer !== undefined) structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
          buffer = undefined;
          if (text !== 'inner') assert.equal(of.mask('["inner"]'), '["inner"]');
          assert.equal(policy.mask('["123456"]'), '["<number>"]');
          return names(text);
        },
      },
    });
    assert.equal(of.mask('["Zoë", "Zoë"]'), '["[REDACTED]", "[REDACTED]"]');
    for (const call of ['mask', 'scan', 'maskInPlace']) {
      buffer = new Uint8Array(64);
      const input = buffer;
      input.fill(0x20).set(Buffer.from('["Zoë", "Zoë"]'));
      if (call === 'maskInPlace') assert.throws(() => of.maskInPlace(input, 40), TypeError);
      else if (call === 'mask') assert.match(Buffer.from(of.mask(input)).toString(), /^\["\[REDACTED\]", "\[REDACTED\]"\] +$/);
      else assert.equal(of.scan(input).findings.length, 2);
    }
  });

  test('must be there, and be functions', () => {
    assert.throws(() => Policy.compile(asks()), PolicyError);
    assert.throws(() => Policy.load(Policy.compile(asks(), { detectors: { names } }).save()), PolicyError);
    assert.throws(() => Policy.compile(asks(), { detectors: { names: 7 } }), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  test('are let go with their policy', async (t) => {
    if (globalThis.gc === undefined) return t.skip('node --expose-gc');
    let of = Policy.compile(asks(), { detectors: { names: (text) => (of?.rules, names(text)) } });
    const gone = new WeakRef(of);
    assert.equal(of.mask('["Zoë"]'), '["[REDACTED]"]');
    of = undefined;
    for (let i = 0; i < 20 && gone.deref() !== undefined; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc();
    }
    assert.equal(gone.deref(), undefined);
  });
});

describe('streams', () => {
  test('fit pipelines', async () => {
    const masked = [];
    const lines = async function* (source) {
      for await (const chunk of source) masked.push(chunk);
    };
    const stream = policy.createStream({ flush: true });
    await pipeline(Readable.from(['["12', '3456"', ']\n["a"]']), stream, lines);
    assert.equal(Buffer.concat(masked).toString(), '["<number>"]\n["a"]');
    const report = stream.report();
    assert.deepEqual([report.parts, report.texts, report.counts.DIGITS, report.oversized], [1, 2, 1, 0]);
  });

  test('give out early what can be, when asked to', async () => {
    const stream = policy.createStream({ flush: true });
    stream.write('["123456", "12');
    assert.equal(`${stream.read()}`, '["<number>", ');
    stream.end('3456"]');
    assert.equal(Buffer.concat(await stream.toArray()).toString(), '"<number>"]');
  });

  test('refuse what is too large, or mask it', async () => {
    const text = `["${'a'.repeat(1000)}"]`;
    for (const wrong of [{ window: 1.5 }, { window: '9' }, { window: 2 ** 40 }, { window: -1 }, { oversize: 'drop' }]) {
      assert.throws(() => policy.createStream(wrong), { code: /^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/ });
      assert.throws(() => policy.createWebStream(wrong), { code: /^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/ });
    }
    await assert.rejects(policy.createStream({ window: 100 }).end(text).toArray(), (error) => {
      return error instanceof OversizeError && error.code === 'ERR_SPANMASK_OVERSIZE' && error.offset === 1;
    });
    const stream = policy.createStream({ window: 100, oversize: 'mask' });
    assert.equal(Buffer.concat(await stream.end(text).toArray()).toString(), '["[REDACTED]"]');
    assert.equal(stream.report().oversized, 1);
  });

  test('end when they are destroyed, and take nothing after their end', async () => {
    const destroyed = policy.createStream();
    destroyed.write('["1');
    destroyed.destroy();
    await once(destroyed, 'close');
    assert.equal(destroyed.report().parts, 0);
    const ended = policy.createStream();
    ended.on('error', () => {});
    ended.end('[]');
    const error = await new Promise((resolve) => ended.write('[]', resolve));
    assert.equal(error.code, 'ERR_STREAM_WRITE_AFTER_END');
    assert.throws(() => policy.createStream().write(7), { code: 'ERR_INVALID_ARG_TYPE' });
    const { readable, writable } = policy.createWebStream();
    const web = writable.getWriter();
    web.closed.catch(() => {});
    const read = readable.getReader().read();
    await assert.rejects(web.write('text'), TypeError);
    await assert.rejects(read, TypeError);
    await assert.rejects(web.write(Buffer.from('[]')));
    const abort = new AbortController();
    const aborted = policy.createStream({ signal: abort.signal }).toArray();
    abort.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
  });

  test('bear detectors that use them', async () => {
    let [inner, parts] = [];
    const of = Policy.compile(
      { version: 1, rules: [{ id: 'N', detect: 'host:n' }] },
      { detectors: { n: () => ((parts = inner.report().parts), inner.destroy(), []) } },
    );
    inner = of.createStream();
    const closed = once(inner, 'close');
    inner.end('["a"]');
    await closed;
    assert.equal(parts, 0);
  });
});

test('both module systems give the same classes', () => {
  const cjs = createRequire(import.meta.url)('spanmask');
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  for (const [name, value] of Object.entries(cjs)) assert.equal(esm[name], value, name);
});
