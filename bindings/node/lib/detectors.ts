import type { Ask } from '../native.js';
import { describe } from './bytes.js';
import { typeError } from './errors.js';

/** A part of a text: from `start` to before `end`, as `text.slice(start, end)` takes them. */
export type TextSpan = readonly [start: number, end: number];

/**
 * Tells which parts of a text are to be masked, in any order; up to 1,024 of them.
 *
 * It is called in the thread of the call, once or several times for a value, and must always tell the same of the same text. When it
 * throws, or answers with what is no list of parts, it has failed: the value is masked whole, or, with `fail: refuse` in the
 * policy, the call throws a `DetectorError`.
 */
export type Detector = (text: string) => readonly TextSpan[];

/** Detectors by name: `detect: host:NAME` in a policy asks the one that is called `NAME`. */
export type Detectors = Readonly<Record<string, Detector>>;

/** Is told of what a detector threw, which may hold text of the input. */
export type OnDetectorError = (error: unknown, detector: string) => void;

/** One function that asks any of them, as the native half wants it. */
export function askAny(detectors: Detectors, onError: OnDetectorError | undefined): Ask {
  const known = new Map(Object.entries(detectors));
  for (const [name, detector] of known) {
    if (typeof detector !== 'function') {
      throw typeError(`options.detectors.${name} must be a function, and is ${describe(detector)}`);
    }
  }
  return (name, text) => {
    try {
      return flat(known.get(name)!(text), text.length);
    } catch (error) {
      onError?.(error, name);
      return null;
    }
  };
}

function flat(spans: readonly TextSpan[], length: number): number[] {
  if (!Array.isArray(spans)) throw typeError(`a detector must return a list of [start, end], and returned ${describe(spans)}`);
  return spans.flatMap((span) => {
    const [start, end] = span;
    if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= length) return [start, end];
    throw typeError('a detector must return [start, end] within the text');
  });
}
