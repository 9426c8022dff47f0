import type { Fault, PolicyProblem } from '../native.js';

/** What every error of spanmask is. Its message never holds a byte of an input. */
export class SpanmaskError extends Error {
  override name = 'SpanmaskError';

  constructor(
    message: string,
    /** For programs: `ERR_SPANMASK_…`. */
    readonly code: string,
    /** Where in the input: bytes of a buffer or stream, code units of a string. */
    readonly offset?: number,
  ) {
    super(message);
  }
}

/** Why an input is not JSON. */
export type Reason =
  | 'syntax'
  | 'truncated'
  | 'utf8'
  | 'control'
  | 'escape'
  | 'number'
  | 'literal'
  | 'depth'
  | 'trailing'
  | 'empty';

/** The input is not JSON. `ERR_SPANMASK_JSON` */
export class JsonError extends SpanmaskError {
  override name = 'JsonError';
  declare readonly offset: number;

  constructor(
    message: string,
    readonly reason: Reason,
    offset: number,
  ) {
    super(message, 'ERR_SPANMASK_JSON', offset);
  }
}

/** The masked text does not fit the buffer, which is as it was. `ERR_SPANMASK_CAPACITY` */
export class CapacityError extends SpanmaskError {
  override name = 'CapacityError';

  constructor(
    message: string,
    /** Bytes that the masked text needs. */
    readonly needed: number,
  ) {
    super(message, 'ERR_SPANMASK_CAPACITY');
  }
}

/** A detector failed, and the policy wants no text masked without it (`fail: refuse`). `ERR_SPANMASK_DETECTOR` */
export class DetectorError extends SpanmaskError {
  override name = 'DetectorError';

  constructor(
    message: string,
    /** The id of its rule. */
    readonly rule: string,
    offset: number,
  ) {
    super(message, 'ERR_SPANMASK_DETECTOR', offset);
  }
}

/** A value, or an object that must be seen whole, is larger than the window of a stream. `ERR_SPANMASK_OVERSIZE` */
export class OversizeError extends SpanmaskError {
  override name = 'OversizeError';

  constructor(message: string, offset: number) {
    super(message, 'ERR_SPANMASK_OVERSIZE', offset);
  }
}

/** The policy has problems. `ERR_SPANMASK_POLICY` */
export class PolicyError extends SpanmaskError {
  override name = 'PolicyError';

  constructor(
    message: string,
    /** All of them, each with its place and mostly with what to do. */
    readonly problems: readonly PolicyProblem[],
  ) {
    super(message, 'ERR_SPANMASK_POLICY');
  }
}

/** The image of a policy is damaged, of another version, or none; or no image can be written. `ERR_SPANMASK_IMAGE` */
export class ImageError extends SpanmaskError {
  override name = 'ImageError';

  constructor(message: string) {
    super(message, 'ERR_SPANMASK_IMAGE');
  }
}

/** `maskObject` met what it cannot look into. `ERR_SPANMASK_VALUE` */
export class ValueError extends SpanmaskError {
  override name = 'ValueError';

  constructor(message: string) {
    super(message, 'ERR_SPANMASK_VALUE');
  }
}

/** The error for a fault of the native half. `index` makes an offset of the input from one in its bytes. */
export function errorOf(fault: Fault, index: (offset: number) => number = (offset) => offset): SpanmaskError {
  const offset = index(fault.offset ?? 0);
  // The native message names the offset in bytes; one that is told in code units must not contradict it.
  const message = fault.message.replace(/at byte \d+$/, `at offset ${offset}`);
  switch (fault.kind) {
    case 'json':
      return new JsonError(message, fault.reason as Reason, offset);
    case 'capacity':
      return new CapacityError(message, fault.needed ?? 0);
    case 'detector':
      return new DetectorError(`the detector of rule ${fault.rule} failed`, fault.rule ?? '', offset);
    case 'oversize':
      return new OversizeError(message, offset);
    case 'policy':
      return new PolicyError(message, fault.problems ?? []);
    case 'image':
      return new ImageError(message);
    default:
      return new SpanmaskError(message, `ERR_SPANMASK_${fault.kind.toUpperCase()}`);
  }
}

/** A wrong argument, as Node.js tells of one. */
export function typeError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

/** A number that is none of those that are allowed, as Node.js tells of one. */
export function rangeError(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}

/** Throws unless an option is one of these, or was left out. */
export function checkOption(value: unknown, name: string, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value as string)) {
    throw typeError(`options.${name} must be ${known.map((one) => `'${one}'`).join(' or ')}`);
  }
}
