import { failures, type FailureOptions, REDACTED } from './adapters/failures.js';
import type { Policy } from './policy.js';

export type { FailureOptions, OnFailure } from './adapters/failures.js';

/** Where lines go: a file of `pino.destination()`, a stream, anything with `write`. */
export interface Destination {
  write(line: string): unknown;
  flushSync?(): void;
  flush?(callback?: (error?: Error) => void): void;
  end?(): void;
}

/**
 * A destination for pino that masks each line before it is written: `pino(options, maskingStream(policy, pino.destination(1)))`.
 *
 * It masks the text that pino has written, so messages, fields, bindings, serialised errors and what redaction by paths misses are
 * masked, at no cost for objects. A line that cannot be masked keeps level and time, and says why. Its `msg` is `[REDACTED]`.
 */
export function maskingStream(policy: Pick<Policy, 'mask'>, destination: Destination, options: FailureOptions = {}): MaskingStream {
  return new MaskingStream(policy, destination, options);
}

/** What `maskingStream` makes. */
export class MaskingStream {
  readonly #policy: Pick<Policy, 'mask'>;
  readonly #destination: Destination;
  readonly #failed: (error: unknown, what: string) => string;

  /** @internal */
  constructor(policy: Pick<Policy, 'mask'>, destination: Destination, options: FailureOptions) {
    this.#policy = policy;
    this.#destination = destination;
    this.#failed = failures('spanmask/pino', options);
  }

  /** Takes a line with its line break, as pino writes it. */
  write(line: string): unknown {
    return this.#destination.write(this.#masked(line));
  }

  flushSync(): void {
    this.#destination.flushSync?.();
  }

  flush(callback: (error?: Error) => void = () => {}): void {
    if (this.#destination.flush === undefined) callback();
    else this.#destination.flush(callback);
  }

  end(): void {
    this.#destination.end?.();
  }

  #masked(line: string): string {
    try {
      return this.#policy.mask(line);
    } catch (error) {
      const code = this.#failed(error, 'a line has lost its content');
      const [, level, time] = /^\{"level":(\d+),"time":(\d+)/.exec(line) ?? [];
      const known = level === undefined ? {} : { level: Number(level), time: Number(time) };
      return `${JSON.stringify({ ...known, msg: REDACTED, 'spanmask.failed': code })}\n`;
    }
  }
}
