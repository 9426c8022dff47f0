import { failures, type FailureOptions, REDACTED } from './adapters/failures.js';
import { emptySpan, type ResourceLike, resourceOf, type ScopeLike, Shapes, type SpanLike } from './adapters/otlp.js';
import type { Policy } from './policy.js';

export type { FailureOptions, OnFailure } from './adapters/failures.js';
export type { SpanLike } from './adapters/otlp.js';

/** What this package needs of a `SpanExporter` of `@opentelemetry/sdk-trace-base` 2. */
export interface SpanExporterLike {
  export(spans: any[], resultCallback: (result: any) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/**
 * Masks all that a span exporter exports, and hands it to that exporter.
 *
 * Resource, instrumentation scope, names, attributes of every type, events with the exceptions in them, links and the message of the
 * status are masked. Ids, times, kinds, names of attributes and URLs of schemas stay. A trace state in which something matches is left
 * out. A span that cannot be masked keeps ids, times, kind and status code; its name is `[REDACTED]`, and its only attribute,
 * `spanmask.failed`, says why. The application's spans never change.
 */
export class MaskingSpanExporter {
  readonly #exporter: SpanExporterLike;
  readonly #shapes: Shapes;
  readonly #failed: (error: unknown, what: string) => string;
  // Nearly all spans share one resource and few scopes. Exporters group by identity, too.
  readonly #resources = new WeakMap<ResourceLike, ResourceLike>();
  readonly #scopes = new WeakMap<ScopeLike, ScopeLike>();

  constructor(exporter: SpanExporterLike, policy: Pick<Policy, 'maskObject'>, options: FailureOptions = {}) {
    this.#exporter = exporter;
    this.#shapes = new Shapes(policy);
    this.#failed = failures('spanmask/opentelemetry', options);
  }

  export(spans: readonly SpanLike[], resultCallback: (result: any) => void): void {
    this.#exporter.export(spans.map((span) => this.#span(span)), resultCallback);
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  #span(span: SpanLike): SpanLike {
    const [resource, scope] = [this.#resource(span.resource), this.#scope(span.instrumentationScope)];
    try {
      return this.#shapes.span(span, resource, scope);
    } catch (error) {
      return emptySpan(span, resource, scope, this.#failed(error, 'a span has lost its content'));
    }
  }

  #resource(resource: ResourceLike): ResourceLike {
    let masked = this.#resources.get(resource);
    if (masked === undefined) {
      try {
        masked = this.#shapes.resource(resource);
      } catch (error) {
        this.#failed(error, 'a resource has lost its attributes');
        return resourceOf({}, undefined);
      }
      // It grows until all that it waits for is there.
      if (resource.asyncAttributesPending !== true) this.#resources.set(resource, masked);
    }
    return masked;
  }

  #scope(scope: ScopeLike): ScopeLike {
    let masked = this.#scopes.get(scope);
    if (masked === undefined) {
      try {
        masked = this.#shapes.scope(scope);
      } catch (error) {
        this.#failed(error, 'an instrumentation scope has lost its name');
        return { name: REDACTED };
      }
      this.#scopes.set(scope, masked);
    }
    return masked;
  }
}
