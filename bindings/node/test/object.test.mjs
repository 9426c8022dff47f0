// maskObject: what it takes, what it leaves, what it copies.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Policy, ValueError } from 'spanmask';
import { random } from './support.mjs';

const policy = Policy.compile({
  version: 1,
  rules: [
    { id: 'DIGITS', pattern: '[0-9]{6}', replace: '<number>' },
    { id: 'KEYS', keys: ['secret'], types: ['string', 'number', 'boolean'] },
  ],
});
const mask = (value, options) => policy.maskObject(value, options);

describe('plain values', () => {
  test('come back as they are when nothing matches', () => {
    const value = { a: [1, 'x', null, true, undefined, -0, NaN, Infinity], b: { c: {} }, f() {}, s: Symbol('s'), n: 12n, d: new Date() };
    assert.equal(mask(value), value);
    for (const scalar of ['x', 1, -0, NaN, null, undefined, true, 12n, Symbol.iterator, mask]) assert(Object.is(mask(scalar), scalar));
  });

  test('are copied only where something matched', () => {
    const value = { kept: { a: ['x'] }, list: [{ b: 'x' }, { c: 'call 123456', d: { e: 1 } }] };
    const masked = mask(value);
    assert.deepEqual(masked, { kept: { a: ['x'] }, list: [{ b: 'x' }, { c: 'call <number>', d: { e: 1 } }] });
    assert.equal(masked.kept, value.kept);
    assert.equal(masked.list[0], value.list[0]);
    assert.equal(masked.list[1].d, value.list[1].d);
    assert.equal(value.list[1].c, 'call 123456');
    assert.deepEqual(Object.keys(masked.list[1]), ['c', 'd']);
    assert.equal(policy.report().counts.DIGITS, 1);
  });

  test('are looked into where they are JSON themselves', () => {
    const inner = JSON.stringify({ secret: 'x', n: '123456' });
    assert.deepEqual(mask({ inner }), { inner: '{"secret":"[REDACTED]","n":"<number>"}' });
    assert.equal(mask(inner), '{"secret":"[REDACTED]","n":"<number>"}');
    assert.deepEqual(mask(['{"cut": "123456']), ['{"cut": "<number>']);
  });

  test('keep their types', () => {
    const value = { secret: ['x', 7, true, 2n ** 70n, 0n, null, undefined, NaN, { a: 'y' }] };
    assert.deepEqual(mask(value), { secret: ['[REDACTED]', 0, false, 0n, 0n, null, undefined, NaN, { a: '[REDACTED]' }] });
  });

  test('keep halves of surrogate pairs', () => {
    assert.deepEqual(mask({ a: '\ud83d', b: '\ude00 123456' }), { a: '\ud83d', b: '\ude00 <number>' });
  });

  test('have big integers seen in full', () => {
    const cards = Policy.compile({ version: 1, rules: [{ id: 'N', pattern: '^[0-9]{19}$', types: ['number'] }] });
    assert.deepEqual(cards.maskObject([9007199254740993001n, 5n]), [0n, 5n]);
  });
});

describe('keys', () => {
  test('of prototypes are members like others', () => {
    const value = JSON.parse('{"__proto__": {"x": "123456"}, "constructor": "123456", "toString": "a"}');
    const masked = mask(value);
    assert.equal(JSON.stringify(masked), '{"__proto__":{"x":"<number>"},"constructor":"<number>","toString":"a"}');
    assert.equal(Object.getPrototypeOf(masked), Object.prototype);
    assert.equal({}.x, undefined);
    const bare = Object.assign(Object.create(null), { a: '123456', __proto__: undefined });
    assert.equal(Object.getPrototypeOf(mask(bare)), null);
    assert.equal(mask(bare).a, '<number>');
    const absent = { toString: undefined, valueOf: () => 1, a: '123456' };
    assert.deepEqual({ ...mask(absent) }, { ...absent, a: '<number>' });
  });

  test('of frozen objects and getters come back as plain members', () => {
    const frozen = Object.freeze({ a: Object.freeze(['123456']), get b() { return '123456'; } });
    assert.deepEqual(mask(frozen), { a: ['<number>'], b: '<number>' });
    assert.equal(Object.getOwnPropertyDescriptor(mask(frozen), 'b').value, '<number>');
  });
});

describe('objects that are not plain', () => {
  class Message {
    constructor(content) {
      this.content = content;
    }
    get length() {
      return this.content.length;
    }
  }

  test('of classes are masked by their members, and stay of their class', () => {
    const value = new Message('123456');
    const masked = mask({ value }).value;
    assert(masked instanceof Message);
    assert.equal(masked.content, '<number>');
    assert.equal(masked.length, 8);
    assert.equal(value.content, '123456');
    const kept = { value: new Message('x') };
    assert.equal(mask(kept), kept);
  });

  test('of other realms are plain', () => {
    const value = runInNewContext('({ a: ["123456", { b: 1 }], c: { d: "x" } })');
    assert.equal(JSON.stringify(mask(value)), '{"a":["<number>",{"b":1}],"c":{"d":"x"}}');
    assert.equal(mask(value).c, value.c);
  });

  test('with toJSON are masked by what it gives', () => {
    const url = new URL('https://example.com/123456');
    const when = new Date('2026-11-21T12:00:00Z');
    class Hidden {
      #number = '123456';
      toJSON() {
        return { number: this.#number, plain: 1 };
      }
    }
    const callable = Object.assign(() => {}, { toJSON: () => '123456' });
    const own = { toJSON: () => ['123456'] };
    const masked = mask({ url, when, hidden: new Hidden(), callable, own, none: { toJSON: () => undefined } });
    assert.equal(masked.url, 'https://example.com/<number>');
    assert.equal(masked.when, when);
    assert.deepEqual(masked.hidden, { number: '<number>', plain: 1 });
    assert.equal(masked.callable, '<number>');
    assert.deepEqual(masked.own, ['<number>']);
    const dates = Policy.compile({ version: 1, rules: [{ id: 'D', pattern: '2026-11' }] });
    assert.equal(dates.maskObject([when])[0], '[REDACTED]-21T12:00:00.000Z');
  });

  test('toJSON is asked once, whatever it says then', () => {
    let asked = 0;
    const value = { toJSON: () => (asked++ === 0 ? '123456' : 'nothing') };
    assert.deepEqual(mask([value, value]), ['<number>', '<number>']);
    assert.equal(asked, 1);
  });

  const unknown = {
    Map: new Map([['a', '123456']]),
    Set: new Set(['123456']),
    Error: new Error('123456'),
    Buffer: Buffer.from('123456'),
    Uint8Array: new Uint8Array(2),
    ArrayBuffer: new ArrayBuffer(2),
    RegExp: /123456/,
    String: new String('123456'),
    Promise: Promise.resolve('123456'),
    URLSearchParams: new URLSearchParams({ a: '123456' }),
  };

  for (const [name, value] of Object.entries(unknown)) {
    test(`such as ${name}: masked, kept or refused`, () => {
      assert.deepEqual(mask({ a: [value], b: 'x' }), { a: ['[REDACTED]'], b: 'x' });
      assert.equal(mask(value), '[REDACTED]');
      const kept = { a: [value], b: 'x' };
      assert.equal(mask(kept, { onUnknown: 'keep' }), kept);
      assert.equal(mask({ a: [value], b: '123456' }, { onUnknown: 'keep' }).a[0], value);
      // A rule for whole values does not stop at what it cannot see.
      assert.deepEqual(mask({ secret: value }, { onUnknown: 'keep' }), { secret: '[REDACTED]' });
      assert.throws(() => mask(kept, { onUnknown: 'throw' }), (error) => {
        assert(error instanceof ValueError && error.code === 'ERR_SPANMASK_VALUE');
        assert(error.message.includes(name) && !error.message.includes('123456'), error.message);
        return true;
      });
    });
  }

  test('that hold themselves are refused', () => {
    const circle = { a: [] };
    circle.a.push(circle);
    assert.throws(() => mask(circle), ValueError);
    assert.throws(() => mask([1n, circle]), ValueError);
    let deep = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    assert.throws(() => mask(deep), ValueError);
    const twice = { a: '123456' };
    assert.deepEqual(mask([twice, twice]), [{ a: '<number>' }, { a: '<number>' }]);
  });

  test('have wrong options refused', () => {
    assert.throws(() => mask({}, { onUnknown: 'drop' }), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});

test('random values give what masking their JSON gives', () => {
  const below = random(7);
  const strings = ['x', '123456', '{"secret":"x"}', '["a 123456"]', '\ud83d', 'é 😀 123456', '', '{"cut":"123456', '\\u0031\n"'];
  const keys = ['a', 'secret', 'b c', '__proto__', '1', 'toString'];
  const make = (depth) => {
    switch (below(depth > 3 ? 7 : 10)) {
      case 0: return below(1e6) / 7;
      case 1: return below(2) === 0;
      case 2: return null;
      case 3: return undefined;
      case 4: return new Date(below(1e12));
      case 7: return Array.from({ length: below(4) }, () => make(depth + 1));
      case 8:
      case 9: {
        const object = below(4) === 0 ? new (class Some {})() : {};
        for (let i = below(4); i > 0; i--) {
          Object.defineProperty(object, keys[below(keys.length)], { value: make(depth + 1), enumerable: true, configurable: true, writable: true });
        }
        return object;
      }
      default: return strings[below(strings.length)];
    }
  };
  let changed = 0;
  for (let i = 0; i < 5_000; i++) {
    const value = make(0);
    const text = JSON.stringify(value);
    const masked = mask(value);
    if (text === undefined) assert.equal(masked, value);
    else assert.equal(JSON.stringify(masked), JSON.stringify(JSON.parse(policy.mask(text))));
    assert.equal(JSON.stringify(value), text);
    if (masked !== value) changed += 1;
  }
  assert(changed > 500 && changed < 4_500, `${changed}`);
});
