import { types } from 'node:util';
import { typeError } from './errors.js';

const encoder = new TextEncoder();

/** Room that is kept for the next text. */
const KEPT = 2 << 20;
/** Up to so many code units, room for the longest UTF-8 they can have is taken, which saves counting it. */
const SHORT = 1 << 16;

let spare: Buffer | undefined;

/** Room for a text of `length` bytes and some growth, to be given back. What is in it is of no meaning. */
export function takeRoom(length: number): Buffer {
  const size = withGrowth(length);
  if (spare === undefined || spare.length < size) return Buffer.allocUnsafeSlow(Math.max(size, SHORT));
  const room = spare;
  spare = undefined;
  return room;
}

/** Takes room back, for the next one. */
export function giveRoom(room: Buffer): void {
  if (room.length <= KEPT && room.length > (spare?.length ?? 0)) spare = room;
}

/** Bytes that a text of `length` bytes will mostly fit in when it has been masked. */
export function withGrowth(length: number): number {
  return length + (length >>> 3) + 256;
}

/** The most bytes that the UTF-8 of a text takes, or just the bytes it takes. */
export function utf8Size(text: string): number {
  return text.length <= SHORT ? text.length * 3 : Buffer.byteLength(text);
}

/** Writes the UTF-8 of a text; its length. What is no character becomes U+FFFD. */
export function encode(text: string, room: Buffer): number {
  return encoder.encodeInto(text, room).written;
}

/** The same text, with an escape of JSON for each half of a surrogate pair that stands alone: UTF-8 has none. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

/** Whether it is bytes; throws when they are detached. */
export function isBytes(value: unknown): value is Uint8Array {
  if (!types.isUint8Array(value)) return false;
  // Has no length, and throws here.
  if (value.byteLength === 0) new Uint8Array(value.buffer as ArrayBuffer);
  return true;
}

/** Says what `value` is, for people. */
export function describe(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? className(value) : `a ${typeof value}`;
}

function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker: unknown = (prototype as { constructor?: unknown } | null)?.constructor;
  return typeof maker === 'function' && maker.name ? `an instance of ${maker.name}` : 'an object';
}

/** Bytes that only this call knows, with so much room. */
export function copied(bytes: Uint8Array, length = bytes.length, room = length): Buffer {
  const copy = Buffer.allocUnsafeSlow(room);
  copy.set(length === bytes.length ? bytes : bytes.subarray(0, length));
  return copy;
}

/** Whether another thread may change the bytes at any time. */
export function isShared(bytes: Uint8Array): boolean {
  return types.isSharedArrayBuffer(bytes.buffer);
}

/** Throws unless it is bytes. */
export function checkBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!isBytes(value)) throw typeError(`${name} must be a Buffer or Uint8Array, and is ${describe(value)}`);
}
