import { SpanmaskError } from '../errors.js';

/** Stands for what could not be masked. */
export const REDACTED = '[REDACTED]';

/** Is told that something could not be masked: a code, or the name of an error's class. Never the error, which may hold text. */
export type OnFailure = (code: string, what: string) => void;

/** What says how an adapter tells of failures. */
export interface FailureOptions {
  /** Instead of a warning of the process, one for each kind of failure. */
  onFailure?: OnFailure;
}

/** Tells of failures; gives the code of what was thrown. */
export function failures(where: string, { onFailure }: FailureOptions): (error: unknown, what: string) => string {
  const told = new Set<string>();
  return (error, what) => {
    let code = 'unknown';
    try {
      code = codeOf(error);
      if (onFailure !== undefined) onFailure(code, what);
      else if (!told.has(code)) process.emitWarning(`${where}: masking failed (${code}): ${what}`, 'SpanmaskWarning');
      told.add(code);
    } catch {
      // Neither who listens nor what was thrown must make text leave.
    }
    return code;
  };
}

function codeOf(error: unknown): string {
  if (error instanceof SpanmaskError) return error.code;
  return error instanceof Error ? error.constructor.name : typeof error;
}
