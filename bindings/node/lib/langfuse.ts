import { failures, type FailureOptions, REDACTED } from './adapters/failures.js';
import { MaskingSpanExporter } from './opentelemetry.js';
import type { Policy } from './policy.js';

export type { FailureOptions, OnFailure } from './adapters/failures.js';

/** What the span processor of `@langfuse/otel` takes as `mask`. */
export type MaskFunction = (params: { data: any }) => any;

/** Where an exporter for Langfuse sends to. What is left out comes from the environment, as for Langfuse itself. */
export interface ExporterOptions extends FailureOptions {
  /** Else `LANGFUSE_PUBLIC_KEY`. */
  publicKey?: string;
  /** Else `LANGFUSE_SECRET_KEY`. */
  secretKey?: string;
  /** Else `LANGFUSE_BASE_URL`, `LANGFUSE_BASEURL`, or Langfuse's cloud. */
  baseUrl?: string;
  /** Seconds; else `LANGFUSE_TIMEOUT`, or 5. */
  timeout?: number;
  /** More headers. */
  additionalHeaders?: Record<string, string>;
}

/**
 * A function for `new LangfuseSpanProcessor({ mask })`. The SDK calls it for input, output and metadata that is no object, and for
 * nothing else: `exporter` masks the rest, too. When masking fails, `[REDACTED]` takes the place of the data; it never throws.
 */
export function mask(policy: Pick<Policy, 'maskObject'>, options: FailureOptions = {}): MaskFunction {
  const failed = failures('spanmask/langfuse', options);
  return ({ data }) => {
    try {
      return policy.maskObject(data);
    } catch (error) {
      failed(error, 'a value has been replaced');
      return REDACTED;
    }
  };
}

/**
 * An exporter for `new LangfuseSpanProcessor({ exporter })`: the one that Langfuse would make, masked. It covers all that leaves as a
 * span: flattened metadata, user ids, names, errors, spans of others.
 *
 * @throws {TypeError} when a key is missing, or `@opentelemetry/exporter-trace-otlp-http`, which `@langfuse/otel` needs, too.
 */
export function exporter(policy: Pick<Policy, 'maskObject'>, options: ExporterOptions = {}): MaskingSpanExporter {
  const publicKey = setting(options.publicKey, 'LANGFUSE_PUBLIC_KEY');
  const secretKey = setting(options.secretKey, 'LANGFUSE_SECRET_KEY');
  const { env } = process;
  const baseUrl = options.baseUrl ?? env['LANGFUSE_BASE_URL'] ?? env['LANGFUSE_BASEURL'] ?? 'https://cloud.langfuse.com';
  const OTLPTraceExporter = otlp();
  const plain = new OTLPTraceExporter({
    url: `${baseUrl.replace(/\/+$/, '')}/api/public/otel/v1/traces`,
    headers: {
      Authorization: `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`,
      'x-langfuse-sdk-name': 'javascript',
      'x-langfuse-public-key': publicKey,
      ...options.additionalHeaders,
    },
    timeoutMillis: (options.timeout ?? Number(env['LANGFUSE_TIMEOUT'] ?? 5)) * 1000,
  });
  return new MaskingSpanExporter(plain, policy, options);
}

function setting(value: string | undefined, name: string): string {
  const found = value ?? process.env[name];
  if (found === undefined || found === '') throw new TypeError(`set ${name}, or hand the key in`);
  return found;
}

function otlp(): new (options: object) => MaskingSpanExporter {
  const name = '@opentelemetry/exporter-trace-otlp-http';
  try {
    return require(name).OTLPTraceExporter;
  } catch {
    throw new TypeError(`spanmask/langfuse needs ${name}: npm install ${name}`);
  }
}
