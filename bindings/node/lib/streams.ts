import { Transform, type TransformCallback, type TransformOptions } from 'node:stream';
import { TransformStream } from 'node:stream/web';
import * as native from '../native.js';
import { checkBytes, copied, isShared } from './bytes.js';
import { checkOption, errorOf, rangeError } from './errors.js';

/** How a stream masks. */
export interface MaskStreamOptions {
  /**
   * Bytes of the input that are looked at together, 32 to 1 GiB; 1 MiB unless told. A string value that is longer is larger than the window; so is
   * an object of OTLP that must be seen whole, an attribute or (when a rule has `when`) a span.
   */
  window?: number;
  /** What happens to what is larger than the window: an `OversizeError`, or it is masked whole. As the policy says unless told. */
  oversize?: 'error' | 'mask';
  /** Gives out all that can be masked after each chunk, for whoever waits for it, instead of once the window is full. */
  flush?: boolean;
}

/** The same, with the options of a `Transform` that leave its work alone, such as `signal`. */
export type StreamOptions = MaskStreamOptions & Omit<TransformOptions, keyof MaskStreamOptions | 'transform' | 'final'>;

/** Numbers of a stream so far. */
export interface StreamReport extends Report {
  /** Strings and objects that were larger than the window and masked whole. */
  oversized: number;
}

/** What was masked, in numbers. */
export interface Report {
  /** Parts by rule. */
  counts: Record<string, number>;
  /** Parts of all rules. */
  parts: number;
  /** Bytes of the input that lay in masked parts. */
  bytesMasked: number;
  /** String values of the texts. */
  values: number;
  /** JSON texts. */
  texts: number;
}

/** A report from numbers of the native half. */
export function reportOf(rules: readonly string[], [bytesMasked = 0, values = 0, texts = 0, ...of]: number[]): Report {
  const counts: Record<string, number> = Object.create(null);
  rules.forEach((rule, index) => (counts[rule] = of[index] ?? 0));
  return { counts, parts: of.reduce((sum, count) => sum + count, 0), bytesMasked, values, texts };
}

/** What is behind both sorts of streams. */
export interface Source {
  handle: native.ExternalObject<native.Handle>;
  rules: readonly string[];
  ask: native.Ask | undefined;
}

const WINDOW = 1 << 20;
const MOST = 1 << 30;

class Work {
  readonly #stream: native.ExternalObject<native.StreamHandle>;
  readonly #source: Source;
  readonly #flush: boolean;
  #last: number[] = [];

  constructor(source: Source, { window = WINDOW, oversize, flush = false }: MaskStreamOptions) {
    checkOption(oversize, 'oversize', ['error', 'mask']);
    if (!Number.isInteger(window) || window < 32 || window > MOST) throw rangeError(`options.window must be 32 to ${MOST}`);
    const opened = native.openStream(source.handle, window, oversize);
    if ('kind' in opened) throw errorOf(opened);
    this.#stream = opened;
    this.#source = source;
    this.#flush = flush;
  }

  push(chunk: Uint8Array): Buffer | null {
    const { ask } = this.#source;
    // Whoever else could change the bytes must not do so while they are read: other threads, and detectors.
    const bytes = ask !== undefined || isShared(chunk) ? copied(chunk) : chunk;
    return this.#given(native.push(this.#stream, bytes as Buffer, this.#flush, ask));
  }

  finish(): Buffer | null {
    const given = this.#given(native.finish(this.#stream, this.#source.ask));
    this.close();
    return given;
  }

  #given(given: Buffer | null | native.Fault): Buffer | null {
    if (given === null || !('kind' in given)) return given;
    this.close();
    throw errorOf(given);
  }

  report(): StreamReport {
    const [oversized = 0, ...numbers] = native.streamNumbers(this.#stream) ?? this.#last;
    return { ...reportOf(this.#source.rules, numbers), oversized };
  }

  close(): void {
    this.#last = native.streamNumbers(this.#stream) ?? this.#last;
    native.closeStream(this.#stream);
  }
}

/** Masks what is written to it. What comes before a fault comes out masked, what comes after it does not come out. */
export class MaskStream extends Transform {
  readonly #work: Work;

  /** @internal */
  constructor(source: Source, options: StreamOptions) {
    const { window: _window, oversize: _oversize, flush: _flush, ...rest } = options;
    super({ ...rest, decodeStrings: true, objectMode: false, writableObjectMode: false, readableObjectMode: false });
    this.#work = new Work(source, options);
  }

  /** The numbers so far. They run ahead of what has come out. */
  report(): StreamReport {
    return this.#work.report();
  }

  /** @internal */
  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    settle(() => this.#work.push(chunk), callback);
  }

  /** @internal */
  override _flush(callback: TransformCallback): void {
    settle(() => this.#work.finish(), callback);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#work.close();
    super._destroy(error, callback);
  }
}

function settle(work: () => Buffer | null, callback: TransformCallback): void {
  let masked: Buffer | null;
  try {
    masked = work();
  } catch (error) {
    callback(error as Error);
    return;
  }
  callback(null, masked);
}

/** The same for web streams. */
export class MaskTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  readonly #work: Work;

  /** @internal */
  constructor(source: Source, options: MaskStreamOptions) {
    const work = new Work(source, options);
    super({
      transform(chunk, controller) {
        checkBytes(chunk, 'a chunk');
        const masked = work.push(chunk);
        if (masked !== null) controller.enqueue(masked);
      },
      flush(controller) {
        const masked = work.finish();
        if (masked !== null) controller.enqueue(masked);
      },
    });
    this.#work = work;
  }

  /** The numbers so far. They run ahead of what has come out. */
  report(): StreamReport {
    return this.#work.report();
  }
}
