import type { Policy } from '../policy.js';
import { REDACTED } from './failures.js';

/*
 * Spans as OTLP has them in JSON, so that all a policy says holds: attributes by name, kinds of spans, what `profile: otlp` protects,
 * paths. `maskObject` gives back the same object when nothing matched.
 */

/** A value of an attribute. */
export type Value = unknown;

export type Attributes = Readonly<Record<string, Value>>;

export interface TraceStateLike {
  serialize(): string;
}

/** What this package needs of a `SpanContext`. */
export interface SpanContextLike {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean | undefined;
  traceState?: TraceStateLike | undefined;
}

export interface EventLike {
  name: string;
  time: [number, number];
  attributes?: Attributes | undefined;
  droppedAttributesCount?: number | undefined;
}

export interface LinkLike {
  context: SpanContextLike;
  attributes?: Attributes | undefined;
  droppedAttributesCount?: number | undefined;
}

/** What this package needs of a `Resource`. */
export interface ResourceLike {
  attributes: Attributes;
  asyncAttributesPending?: boolean | undefined;
  schemaUrl?: string | undefined;
}

export interface ScopeLike {
  name: string;
  version?: string | undefined;
  schemaUrl?: string | undefined;
  attributes?: Attributes | undefined;
}

/** What this package needs of a `ReadableSpan` of `@opentelemetry/sdk-trace-base` 2. */
export interface SpanLike {
  name: string;
  kind: number;
  spanContext(): SpanContextLike;
  parentSpanContext?: SpanContextLike | undefined;
  startTime: [number, number];
  endTime: [number, number];
  status: { code: number; message?: string | undefined };
  attributes: Attributes;
  links: readonly LinkLike[];
  events: readonly EventLike[];
  duration: [number, number];
  ended: boolean;
  resource: ResourceLike;
  instrumentationScope: ScopeLike;
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
}

interface KeyValue {
  key: string;
  value: AnyValue;
}

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
}

interface Named {
  name: string;
  attributes: KeyValue[];
}

interface SpanShape extends Named {
  events: Named[];
  links: { attributes: KeyValue[] }[];
  status: { message?: string };
  states?: string[];
}

/** Puts something into a `ResourceSpans`, and finds it there. */
interface Place<T> {
  put: (own: T) => object;
  take: (group: any) => T;
}

const RESOURCE: Place<{ attributes: KeyValue[] }> = { put: (resource) => ({ resource }), take: (group) => group.resource };
const SCOPE: Place<Named & { version: string }> = {
  put: (scope) => ({ scopeSpans: [{ scope }] }),
  take: (group) => group.scopeSpans[0].scope,
};
const SPAN: Place<SpanShape> = {
  put: (span) => ({ scopeSpans: [{ spans: [span] }] }),
  take: (group) => group.scopeSpans[0].spans[0],
};

interface Masked<T> {
  /** What came of it. */
  shape: T;
  /** Whether it is as it was. */
  same: boolean;
}

/** Masks parts of a `ResourceSpans`, each in its place in a request. They throw what masking throws. */
export class Shapes {
  readonly #policy: Pick<Policy, 'maskObject'>;

  constructor(policy: Pick<Policy, 'maskObject'>) {
    this.#policy = policy;
  }

  /** The same resource, or one that holds what was masked. */
  resource(resource: ResourceLike): ResourceLike {
    const writer = new Writer();
    const { shape, same } = this.#mask(RESOURCE, { attributes: writer.attributes(resource.attributes) }, writer);
    return same ? resource : resourceOf(read(resource.attributes, shape.attributes), resource.schemaUrl);
  }

  /** The same scope, or a masked one. */
  scope(scope: ScopeLike): ScopeLike {
    const writer = new Writer();
    const { name, version, schemaUrl, attributes = {} } = scope;
    const { shape, same } = this.#mask(SCOPE, { name, version: version ?? '', attributes: writer.attributes(attributes) }, writer);
    if (same) return scope;
    return {
      name: shape.name,
      ...(version === undefined ? {} : { version: shape.version }),
      ...(schemaUrl === undefined ? {} : { schemaUrl }),
      ...(scope.attributes === undefined ? {} : { attributes: read(attributes, shape.attributes) }),
    };
  }

  /** The same span, or a masked one with this resource and this scope. */
  span(span: SpanLike, resource: ResourceLike, scope: ScopeLike): SpanLike {
    const writer = new Writer();
    const before = writer.span(span);
    const { shape, same } = this.#mask(SPAN, before, writer);
    if (same && resource === span.resource && scope === span.instrumentationScope) return span;
    const states = shape.states === before.states;
    const { code, message } = span.status;
    return spanOf(span, resource, scope, states, {
      name: shape.name,
      status: message === undefined ? { code } : { code, message: shape.status.message ?? '' },
      attributes: read(span.attributes, shape.attributes),
      events: span.events.map((event, i) => eventOf(event, at(shape.events, i))),
      links: span.links.map((link, i) => linkOf(link, at(shape.links, i), states)),
    });
  }

  #mask<T extends object>({ put, take }: Place<T>, own: T, writer: Writer): Masked<T> {
    const shape = take(this.#policy.maskObject({ resourceSpans: [put(own)] }).resourceSpans[0]);
    return { shape, same: shape === own && !writer.opaque };
  }
}

function eventOf({ time, attributes = {}, droppedAttributesCount = 0 }: EventLike, masked: Named): EventLike {
  return { name: masked.name, time, attributes: read(attributes, masked.attributes), droppedAttributesCount };
}

function linkOf({ context, attributes = {}, droppedAttributesCount = 0 }: LinkLike, masked: Omit<Named, 'name'>, states: boolean): LinkLike {
  return { context: contextOf(context, states), attributes: read(attributes, masked.attributes), droppedAttributesCount };
}

/** What was masked has the shape that was handed in; if not, nothing of it leaves. */
function at<T>(items: readonly T[], i: number): T {
  const item = items[i];
  if (item === undefined) throw new TypeError('what was masked has lost its shape');
  return item;
}

/** A span that has nothing but what says where it belongs, and why it is empty. */
export function emptySpan(span: SpanLike, resource: ResourceLike, scope: ScopeLike, code: string): SpanLike {
  const attributes = { 'spanmask.failed': code };
  return spanOf(span, resource, scope, false, { name: REDACTED, status: { code: span.status.code }, attributes, events: [], links: [] });
}

/** Of the span only what is named here, so that a new field of the SDK does not pass unmasked. */
function spanOf(
  span: SpanLike,
  resource: ResourceLike,
  instrumentationScope: ScopeLike,
  states: boolean,
  masked: Pick<SpanLike, 'name' | 'status' | 'attributes' | 'events' | 'links'>,
): SpanLike {
  const { kind, startTime, endTime, duration, ended, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const context = contextOf(span.spanContext(), states);
  const parent = span.parentSpanContext;
  return {
    ...masked,
    kind,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent, states) }),
    startTime,
    endTime,
    duration,
    ended,
    resource,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
}

/** A resource of these attributes, as the SDK has them. */
export function resourceOf(attributes: Attributes, schemaUrl: string | undefined): ResourceLike {
  return {
    attributes,
    asyncAttributesPending: false,
    ...(schemaUrl === undefined ? {} : { schemaUrl }),
    merge: (other: ResourceLike | null) => resourceOf({ ...attributes, ...other?.attributes }, schemaUrl),
    getRawAttributes: () => Object.entries(attributes),
    waitForAsyncAttributes: async () => {},
  } as ResourceLike;
}

/** A trace state cannot be changed in part, so it goes whole. */
function contextOf(context: SpanContextLike, states: boolean): SpanContextLike {
  if (states || context.traceState === undefined) return context;
  const { traceState: _, ...rest } = context;
  return rest;
}

function statesOf(span: SpanLike): string[] {
  const contexts = [span.spanContext(), span.parentSpanContext, ...span.links.map((link) => link.context)];
  return contexts.map((context) => context?.traceState?.serialize() ?? '');
}

/** Writes objects of the SDK as OTLP has them in JSON. */
class Writer {
  /** Whether there was a value that no policy can look into. */
  opaque = false;

  span(span: SpanLike): SpanShape {
    const states = statesOf(span);
    return {
      name: span.name,
      attributes: this.attributes(span.attributes),
      events: span.events.map((event) => ({ name: event.name, attributes: this.attributes(event.attributes ?? {}) })),
      links: span.links.map((link) => ({ attributes: this.attributes(link.attributes ?? {}) })),
      status: span.status.message === undefined ? {} : { message: span.status.message },
      ...(states.some((state) => state !== '') ? { states } : {}),
    };
  }

  attributes(attributes: Attributes): KeyValue[] {
    return Object.entries(attributes).map(([key, value]) => ({ key, value: this.#value(value) }));
  }

  #value(value: Value): AnyValue {
    switch (typeof value) {
      case 'string':
        return { stringValue: value };
      case 'boolean':
        return { boolValue: value };
      case 'number':
        return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
      default:
        if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => this.#value(item)) } };
        if (isPlain(value)) return { kvlistValue: { values: this.attributes(value) } };
        if (value !== undefined && value !== null) this.opaque = true;
        return {};
    }
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function read(attributes: Attributes, masked: readonly KeyValue[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value], i) => [key, readValue(value, at(masked, i).value)]));
}

/** What `value` is now. What no policy can look into is gone. */
function readValue(value: Value, masked: AnyValue): Value {
  if (value === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => readValue(item, at(masked.arrayValue?.values ?? [], i)));
  if (isPlain(value)) return read(value, masked.kvlistValue?.values ?? []);
  return masked.stringValue ?? masked.boolValue ?? masked.intValue ?? masked.doubleValue ?? REDACTED;
}
