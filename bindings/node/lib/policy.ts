import * as native from '../native.js';
import { checkBytes, copied, describe, encode, giveRoom, isBytes, isShared, takeRoom, utf8Size, wellFormed, withGrowth } from './bytes.js';
import { askAny, type Detectors, type OnDetectorError } from './detectors.js';
import type { PolicyDocument } from './document.js';
import { checkOption, errorOf, rangeError, typeError } from './errors.js';
import { maskValue, type OnUnknown } from './object.js';
import { MaskStream, type MaskStreamOptions, MaskTransformStream, type Report, reportOf, type StreamOptions } from './streams.js';

/** How a policy masks. */
export interface PolicyOptions {
  /** How many JSON texts an input holds: exactly `one`, or a `sequence` of any number, such as JSON Lines. A sequence unless told. */
  framing?: 'one' | 'sequence';
  /** Functions that the policy asks (`detect: host:NAME`), by name. */
  detectors?: Detectors;
  /** Is told of what a detector threw. Nothing else is: what it threw may hold text of the input. */
  onDetectorError?: OnDetectorError;
}

/** How a policy is compiled. */
export interface CompileOptions extends PolicyOptions {
  /** What a policy that is a string is written in: `yaml`, of which JSON is a part, unless told. */
  format?: 'yaml' | 'json' | 'toml';
  /** Keys that the policy names (`hash: { key_env: NAME }`), by name. Nothing is read from the environment. */
  keys?: Readonly<Record<string, string | Uint8Array>>;
  /** Lists that the policy names (`literals_file: NAME`), by name: one literal a line, or a list of them. No file is read. */
  literals?: Readonly<Record<string, string | readonly string[] | Uint8Array>>;
}

/** A part that would be masked. Never its text. */
export interface Finding {
  /** The id of the rule that masks it. */
  rule: string;
  /** Where its value stands: `$['messages'][0]['content']`, on through nested texts. */
  path: string;
  /** Offset of its first byte in a buffer; of its first code unit in a string. */
  start: number;
  /** Offset behind its end. */
  end: number;
  /** Levels of JSON escapes over it: 1 in the text itself, one more for each text around. */
  level: number;
}

/** What a scan found. */
export interface Scan {
  findings: Finding[];
  report: Report;
}

/** How `maskObject` masks. */
export interface MaskObjectOptions {
  /** What happens to objects that JSON shows nothing or too little of; they are masked unless told. */
  onUnknown?: OnUnknown;
}

/** How `maskAsync` masks. */
export interface MaskAsyncOptions {
  /** Is told the numbers, before the promise is fulfilled. */
  onReport?: (report: Report) => void;
}

/**
 * A compiled policy, with the memory that masking with it needs. It never changes. Workers compile or load their own: `save()` in one
 * thread, `Policy.load()` in the others.
 */
export class Policy {
  /** The ids of its rules, in order. */
  readonly rules: readonly string[];
  /** What is allowed but probably not meant. A policy that was loaded has none. */
  readonly warnings: readonly string[];
  readonly #handle: native.ExternalObject<native.Handle>;
  readonly #ask: native.Ask | undefined;

  private constructor(opened: native.Opened | native.Fault, ask: native.Ask | undefined) {
    if (!('handle' in opened)) throw errorOf(opened);
    this.rules = Object.freeze(opened.rules);
    this.warnings = Object.freeze(opened.warnings);
    this.#handle = opened.handle;
    this.#ask = ask;
  }

  /**
   * Compiles a policy: an object, or the text of one.
   *
   * @throws {PolicyError} with all that is wrong with it.
   */
  static compile(source: PolicyDocument | string, options: CompileOptions = {}): Policy {
    const { format = 'yaml', keys = {}, literals = {} } = options;
    checkOption(format, 'format', ['yaml', 'json', 'toml']);
    if (typeof source !== 'string' && (typeof source !== 'object' || source === null)) {
      throw typeError(`a policy must be an object or a string, and is ${describe(source)}`);
    }
    const [text, of] = typeof source === 'string' ? [source, format] : [JSON.stringify(source), 'json' as const];
    return Policy.#open(options, (settings) => native.compile(text, of, named(keys, 'keys'), named(literals, 'literals'), settings));
  }

  /**
   * A policy that spanmask brings along: `default` or `langfuse-docs`.
   *
   * @throws {PolicyError} when there is none of this name.
   */
  static preset(name: string, options: PolicyOptions = {}): Policy {
    if (typeof name !== 'string') throw typeError(`the name of a preset must be a string, and is ${describe(name)}`);
    return Policy.#open(options, (settings) => native.preset(name, settings));
  }

  /**
   * The policy of an image that `save` or `spanmask policy compile` wrote; takes a fraction of the time that compiling takes.
   *
   * @throws {ImageError} when it is damaged, of another version, or none.
   */
  static load(image: Uint8Array, options: PolicyOptions = {}): Policy {
    checkBytes(image, 'an image');
    return Policy.#open(options, (settings) => native.load(copied(image), settings));
  }

  static #open(options: PolicyOptions, open: (settings: native.Settings) => native.Opened | native.Fault): Policy {
    const { framing = 'sequence', detectors = {}, onDetectorError } = options;
    checkOption(framing, 'framing', ['one', 'sequence']);
    const names = Object.keys(detectors);
    const ask = names.length > 0 ? askAny(detectors, onDetectorError) : undefined;
    return new Policy(open({ one: framing === 'one', detectors: names }), ask);
  }

  /**
   * The compiled policy as an image. Keys of `hash` actions are written only `withKeys`: whoever has the image has them.
   *
   * @throws {SpanmaskError} `ERR_SPANMASK_KEYS` when the policy has keys and they were not asked for.
   */
  save({ withKeys = false }: { withKeys?: boolean } = {}): Buffer {
    const image = native.save(this.#handle, withKeys);
    if ('kind' in image) throw errorOf(image);
    return Buffer.from(image.buffer, image.byteOffset, image.length);
  }

  /**
   * Masks the first `length` bytes of a buffer where they lie; the rest of it is room. Returns the new length; what lies behind it, as
   * far as there was text, is zeros. The quickest way: nothing is allocated.
   *
   * @throws {JsonError} when it is not JSON; the buffer is as it was.
   * @throws {CapacityError} when the masked text does not fit; it says how many bytes it needs, and the buffer is as it was.
   */
  maskInPlace(buffer: Uint8Array, length?: number): number {
    checkBytes(buffer, 'the buffer');
    length ??= buffer.length;
    if (!Number.isInteger(length) || length < 0 || length > buffer.length) {
      throw rangeError(`the length must be 0 to ${buffer.length}`);
    }
    if (isShared(buffer)) {
      throw typeError('the buffer must not be shared memory, which other threads may change meanwhile; mask() takes a copy');
    }
    // While a detector runs, it could change the buffer or give it away.
    const work = this.#ask === undefined ? (buffer as Buffer) : copied(buffer, length, buffer.length);
    const masked = native.maskInPlace(this.#handle, work, length, false, this.#ask);
    if (typeof masked === 'object') throw errorOf(masked);
    if (masked < 0) return length;
    if (work !== buffer) buffer.set(work.fill(0, masked, Math.max(length, masked)).subarray(0, Math.max(length, masked)));
    return masked;
  }

  /**
   * Masks a text: a string into a string (the same one when nothing matched), a Buffer or Uint8Array into a new one.
   *
   * @throws {JsonError} when it is not JSON.
   */
  mask(input: string): string;
  mask(input: Buffer): Buffer;
  mask(input: Uint8Array): Uint8Array;
  mask<T extends string | Uint8Array>(input: T): T;
  mask(input: string | Uint8Array): string | Uint8Array {
    if (typeof input === 'string') return this.#ofString(input, (text) => this.#maskText(text, false));
    if (!isBytes(input)) throw typeError(`the input must be a string, Buffer or Uint8Array, and is ${describe(input)}`);
    const own = takeRoom(input.length);
    try {
      own.set(input);
      const { room, masked } = this.#inRoom(own, input.length, false);
      if (typeof masked === 'object') throw errorOf(masked);
      // Memory of its own: nothing of the text has ever been in it.
      const result = room.subarray(0, masked < 0 ? input.length : masked);
      return Buffer.isBuffer(input) ? Buffer.from(result) : new Uint8Array(result);
    } finally {
      giveRoom(own);
    }
  }

  /**
   * Masks a text in another thread, for texts that would hold this one up: from some 100 KB on. The input is copied before the call
   * returns, so its buffer may be used again at once. Detectors are functions of this thread: a policy that asks some masks here.
   *
   * @throws {JsonError} when it is not JSON; like all errors but those of wrong arguments, by rejecting the promise.
   */
  maskAsync(input: string, options?: MaskAsyncOptions): Promise<string>;
  maskAsync(input: Buffer, options?: MaskAsyncOptions): Promise<Buffer>;
  maskAsync(input: Uint8Array, options?: MaskAsyncOptions): Promise<Uint8Array>;
  maskAsync<T extends string | Uint8Array>(input: T, options?: MaskAsyncOptions): Promise<T>;
  async maskAsync(input: string | Uint8Array, { onReport }: MaskAsyncOptions = {}): Promise<string | Uint8Array> {
    if (this.#ask !== undefined) {
      const masked = this.mask(input);
      onReport?.(this.report());
      return masked;
    }
    if (typeof input === 'string') return await this.#ofString(input, (text) => this.#maskTextElsewhere(text, onReport));
    if (!isBytes(input)) throw typeError(`the input must be a string, Buffer or Uint8Array, and is ${describe(input)}`);
    const { work, length } = await this.#maskElsewhere(copied(input, input.length, withGrowth(input.length)), input.length, onReport);
    return asInput(input, work, length < 0 ? input.length : length);
  }

  /**
   * Masks what JSON.stringify shows of a value: strings, numbers, plain objects, arrays, whatever has toJSON. Keys and paths count, and
   * strings that are JSON themselves are looked into. Nothing is changed: the parts that are masked come back in copies of what is around
   * them, everything else as the same objects; and when nothing matched, so does the value.
   *
   * @throws {ValueError} when it holds itself, or what JSON does not show and `onUnknown` is `throw`.
   */
  maskObject<T>(value: T, { onUnknown = 'mask' }: MaskObjectOptions = {}): T {
    checkOption(onUnknown, 'onUnknown', ['mask', 'throw', 'keep']);
    return maskValue(value, (text) => this.#maskText(text, true), onUnknown);
  }

  /**
   * Finds what would be masked, and changes nothing.
   *
   * @throws {JsonError} when it is not JSON.
   */
  scan(input: string | Uint8Array): Scan {
    const string = typeof input === 'string';
    if (!string && !isBytes(input)) throw typeError(`the input must be a string, Buffer or Uint8Array, and is ${describe(input)}`);
    const bytes = string ? Buffer.from(input) : this.#ask !== undefined || isShared(input) ? copied(input) : (input as Buffer);
    const index = string ? indexer(bytes) : (offset: number): number => offset;
    const found = native.scan(this.#handle, bytes, bytes.length, this.#ask);
    if (!Array.isArray(found)) throw errorOf(found, index);
    const findings = found.map((finding) => ({ ...finding, start: index(finding.start), end: index(finding.end) }));
    return { findings, report: this.report() };
  }

  /** The numbers of the last call of `maskInPlace`, `mask`, `maskObject` or `scan`. Bytes are those of the JSON in UTF-8. */
  report(): Report {
    return reportOf(this.rules, native.numbers(this.#handle));
  }

  /** A Node.js stream that masks what is written to it. Options of `Transform`, such as `signal`, are passed on. */
  createStream(options: StreamOptions = {}): MaskStream {
    return new MaskStream(this.#source(), options);
  }

  /** The same as a web stream, of chunks that are Uint8Arrays. */
  createWebStream(options: MaskStreamOptions = {}): MaskTransformStream {
    return new MaskTransformStream(this.#source(), options);
  }

  #source() {
    return { handle: this.#handle, rules: this.rules, ask: this.#ask };
  }

  /** The masked text; nothing when it stays as it is. */
  #maskText(text: string, trusted: boolean): string | undefined {
    const own = takeRoom(utf8Size(text));
    try {
      const { room, masked } = this.#inRoom(own, encode(text, own), trusted);
      if (typeof masked === 'object') throw errorOf(masked, indexer(room));
      return masked < 0 ? undefined : room.toString('utf8', 0, masked);
    } finally {
      giveRoom(own);
    }
  }

  /** Masks what is in the room, or in a larger one if the result needs that; -1 says that nothing matched. */
  #inRoom(room: Buffer, length: number, trusted: boolean): { room: Buffer; masked: number | native.Fault } {
    const masked = native.maskInPlace(this.#handle, room, length, trusted, this.#ask);
    if (typeof masked !== 'object' || masked.kind !== 'capacity') return { room, masked };
    const larger = copied(room, length, masked.needed);
    return { room: larger, masked: native.maskInPlace(this.#handle, larger, length, trusted, this.#ask) };
  }

  async #maskTextElsewhere(text: string, onReport: MaskAsyncOptions['onReport']): Promise<string | undefined> {
    const room = Buffer.allocUnsafeSlow(withGrowth(Buffer.byteLength(text)));
    const { work, length } = await this.#maskElsewhere(room, encode(text, room), onReport, indexer(room));
    return length < 0 ? undefined : work.toString('utf8', 0, length);
  }

  async #maskElsewhere(room: Buffer, length: number, onReport: MaskAsyncOptions['onReport'], index?: (offset: number) => number) {
    let work = room;
    let masked = await native.maskAsync(this.#handle, work, length);
    if ('kind' in masked && masked.kind === 'capacity') {
      work = copied(work, length, masked.needed);
      masked = await native.maskAsync(this.#handle, work, length);
    }
    if ('kind' in masked) throw errorOf(masked, index);
    onReport?.(reportOf(this.rules, masked.numbers));
    return { work, length: masked.length };
  }

  /** Masks a string, which may hold halves of surrogate pairs: UTF-8 has none, so that they would be lost. */
  #ofString(input: string, mask: (text: string) => string | undefined): string;
  #ofString(input: string, mask: (text: string) => Promise<string | undefined>): Promise<string>;
  #ofString(input: string, mask: (text: string) => string | undefined | Promise<string | undefined>): string | Promise<string> {
    const text = input.isWellFormed() ? input : wellFormed(input);
    const masked = mask(text);
    return masked instanceof Promise ? masked.then((masked) => masked ?? input) : (masked ?? input);
  }
}

/** Offsets in code units for those in bytes. Walks on from the last one asked, so that many in order cost one walk. */
function indexer(bytes: Buffer): (offset: number) => number {
  let [at, index] = [0, 0];
  return (offset) => {
    if (offset < at) [at, index] = [0, 0];
    index += bytes.toString('utf8', at, offset).length;
    at = offset;
    return index;
  };
}

/** What is left in the room is zeros, or was never text. */
function asInput(input: Uint8Array, work: Buffer, length: number): Uint8Array {
  return Buffer.isBuffer(input) ? work.subarray(0, length) : new Uint8Array(work.buffer, work.byteOffset, length);
}

function named(all: Readonly<Record<string, string | readonly string[] | Uint8Array>>, option: string): native.Named[] {
  return Object.entries(all).map(([name, value]) => {
    if (isBytes(value)) return { name, bytes: copied(value) };
    const text = Array.isArray(value) ? value.join('\n') : value;
    if (typeof text !== 'string') throw typeError(`options.${option}.${name} must be a string or bytes, and is ${describe(value)}`);
    return { name, bytes: Buffer.from(text) };
  });
}
