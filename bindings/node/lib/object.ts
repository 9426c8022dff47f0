import { types } from 'node:util';
import { describe } from './bytes.js';
import { SpanmaskError, ValueError } from './errors.js';

/**
 * What `maskObject` does with objects that JSON shows nothing or too little of, such as a Map, an Error or a Buffer: `mask` puts the
 * token `[REDACTED]` in their place, `throw` throws a `ValueError`, `keep` leaves them as they are, unseen.
 */
export type OnUnknown = 'mask' | 'throw' | 'keep';

/** Masks a JSON text of which is known that it is one; nothing when it stays as it is. */
export type MaskText = (text: string) => string | undefined;

const REDACTED = '[REDACTED]';
/** Stands in the text for an object that is not looked into, so that rules for whole values reach it. */
const UNSEEN = '?';
/** Containers in one another. The core refuses more, too, unless the policy says otherwise. */
const DEPTH = 1024;

/**
 * What masking the JSON of `value` makes of it. Objects and arrays in which nothing changed are the same ones as before.
 *
 * 1. JSON.stringify writes the text: it is several times faster than any code of ours. That is right for what is plain all the way
 *    down. For everything else there is `Writer`.
 * 2. The text is masked. Mostly nothing matches, and that was all.
 * 3. Else what has been masked is parsed, and `merge` walks it and the value side by side.
 */
export function maskValue<T>(value: T, mask: MaskText, onUnknown: OnUnknown): T {
  const writer = isPlain(value, 0) ? undefined : new Writer(onUnknown);
  const text = writer === undefined ? JSON.stringify(value) : writer.write(value, '', 0);
  if (text === undefined) return value;
  const masked = mask(text);
  if (masked === undefined && !(writer?.replaces ?? false)) return value;
  return merge(value, JSON.parse(masked ?? text), writer) as T;
}

/** Whether JSON.stringify shows all of it, as it is. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint' && !isObject(value);
  checkDepth(depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype !== Array.prototype) return false;
    for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false;
    return true;
  }
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    const member = (value as Members)[key];
    if (typeof member === 'string') continue;
    if (!isPlain(member, depth + 1) || (key === 'toJSON' && typeof member === 'function')) return false;
  }
  return true;
}

type Members = Record<string, unknown>;

/** Whether it is an object to JSON: functions are, when they have toJSON. */
function isObject(value: unknown): value is object {
  if (typeof value === 'function') return typeof (value as { toJSON?: unknown }).toJSON === 'function';
  return typeof value === 'object' && value !== null;
}

function checkDepth(depth: number): void {
  if (depth >= DEPTH) throw new ValueError(`more than ${DEPTH} containers in one another, or one that holds itself`);
}

/** What an object is to JSON. */
type Kind = 'array' | 'members' | 'json' | 'unknown';

function kindOf(value: object): Kind {
  // Their toJSON shows text as numbers, in which nothing is found.
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'unknown';
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return 'json';
  if (Array.isArray(value)) return 'array';
  // Not so for what has state inside that is no property: Map, Set, Error, Promise, URLSearchParams.
  return Object.prototype.toString.call(value) === '[object Object]' ? 'members' : 'unknown';
}

/** Writes the text that JSON.stringify writes, and what it cannot: big integers as numbers. */
class Writer {
  /** Whether the text holds something that is replaced whatever the policy says. */
  replaces = false;
  readonly onUnknown: OnUnknown;
  readonly #json = new Map<object, unknown>();

  constructor(onUnknown: OnUnknown) {
    this.onUnknown = onUnknown;
  }

  /** Nothing for what JSON leaves out. */
  write(value: unknown, key: string, depth: number): string | undefined {
    if (typeof value === 'bigint') return value.toString();
    if (!isObject(value)) return JSON.stringify(value);
    checkDepth(depth);
    switch (kindOf(value)) {
      case 'json':
        return this.write(this.json(value, key), key, depth + 1);
      case 'array':
        return `[${Array.from(value as unknown[], (item, i) => this.write(item, `${i}`, depth + 1) ?? 'null').join(',')}]`;
      case 'members':
        return `{${this.#members(value as Members, depth).join(',')}}`;
      default:
        return this.#unknown(value);
    }
  }

  #members(value: Members, depth: number): string[] {
    const members: string[] = [];
    for (const key of Object.keys(value)) {
      const member = this.write(value[key], key, depth + 1);
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${member}`);
    }
    return members;
  }

  #unknown(value: object): string {
    if (this.onUnknown === 'throw') {
      throw new ValueError(`JSON does not show ${describe(value)}: hand over plain data, or choose another onUnknown`);
    }
    this.replaces ||= this.onUnknown === 'mask';
    return JSON.stringify(UNSEEN);
  }

  /** What an object says that its JSON is; asked once. */
  json(value: object, key: string): unknown {
    if (!this.#json.has(value)) this.#json.set(value, (value as { toJSON(key: string): unknown }).toJSON(key));
    return this.#json.get(value);
  }
}

/** `before` where `after` is its JSON, or else what has changed, in copies of what is around it. */
function merge(before: unknown, after: unknown, writer: Writer | undefined): unknown {
  switch (typeof before) {
    case 'string':
      return typeof after === 'string' ? after : differs();
    case 'boolean':
      return typeof after === 'boolean' ? after : differs();
    case 'number':
      // What is not finite is null in JSON.
      if (after === null && !Number.isFinite(before)) return before;
      return typeof after !== 'number' ? differs() : after === before ? before : after;
    case 'bigint':
      return typeof after !== 'number' ? differs() : after === 0 ? 0n : before;
    default:
      return isObject(before) ? mergeObject(before, after, writer) : before;
  }
}

function mergeObject(before: object, after: unknown, writer: Writer | undefined): unknown {
  // Without a writer there is nothing but plain objects and arrays.
  const kind = writer === undefined ? (Array.isArray(before) ? 'array' : 'members') : kindOf(before);
  switch (kind) {
    case 'array':
      return mergeItems(before as unknown[], after, writer);
    case 'members':
      return mergeMembers(before as Members, after, writer);
    case 'json': {
      const json = writer?.json(before, '');
      const merged = merge(json, after, writer);
      return Object.is(merged, json) ? before : merged;
    }
    default:
      if (after !== UNSEEN) return after;
      return writer?.onUnknown === 'mask' ? REDACTED : before;
  }
}

function mergeItems(before: unknown[], after: unknown, writer: Writer | undefined): unknown[] {
  if (!Array.isArray(after) || after.length !== before.length) return differs();
  let copy: unknown[] | undefined;
  for (let i = 0; i < before.length; i++) {
    const item = before[i];
    if (after[i] === null && !hasText(item)) continue;
    const merged = merge(item, after[i], writer);
    if (!Object.is(merged, item)) (copy ??= before.slice())[i] = merged;
  }
  return copy ?? before;
}

function mergeMembers(before: Members, after: unknown, writer: Writer | undefined): Members {
  if (typeof after !== 'object' || after === null || Array.isArray(after)) return differs();
  let copy: Members | undefined;
  for (const key of Object.keys(before)) {
    const member = before[key];
    if (!Object.hasOwn(after, key)) {
      if (hasText(member)) differs();
      continue;
    }
    const merged = merge(member, (after as Members)[key], writer);
    if (!Object.is(merged, member)) set((copy ??= copyOf(before)), key, merged);
  }
  return copy ?? before;
}

/** Whether JSON has a text for it. Of what has toJSON it is not known. */
function hasText(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return typeof (value as { toJSON?: unknown }).toJSON !== 'function';
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

function copyOf(value: Members): Members {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return { ...value };
  const copy = Object.create(prototype as object | null) as Members;
  for (const key of Reflect.ownKeys(value) as string[]) {
    if (Object.prototype.propertyIsEnumerable.call(value, key)) set(copy, key, value[key]);
  }
  return copy;
}

/** Also for `__proto__`, and where a prototype has a setter. */
function set(object: Members, key: string, value: unknown): void {
  if (key !== '__proto__' && Object.hasOwn(object, key)) object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function differs(): never {
  throw new SpanmaskError('the value changed while it was masked', 'ERR_SPANMASK_INTERNAL');
}
