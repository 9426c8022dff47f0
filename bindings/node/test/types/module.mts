// What a program of modules sees. An error that is expected and does not come is one.
import { Transform } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import {
  type Detector,
  type Finding,
  JsonError,
  type MaskStream,
  Policy,
  type PolicyDocument,
  PolicyError,
  type PolicyProblem,
  type Reason,
  type Report,
  SpanmaskError,
} from 'spanmask';

const keys: string[] = ['password'];
const rules: PolicyDocument = { version: 1, rules: [{ id: 'A', keys }, { id: 'B', detect: 'email', mask: { keep_last: 4 } }] };
const names: Detector = (text) => Array.from(text.matchAll(/x/g), ({ index }) => [index, index + 1] as const);
const policy = Policy.compile(rules, { detectors: { names }, keys: { K: 'k' }, literals: { L: ['a'] }, framing: 'one' });
Policy.compile('version: 1', { format: 'yaml' });
// @ts-expect-error: no such field
Policy.compile({ version: 1, rules: [{ id: 'A', detekt: 'email' }] });
// @ts-expect-error: no such format
Policy.compile('', { format: 'xml' });
// @ts-expect-error: a detector answers at once
Policy.compile(rules, { detectors: { names: async () => [] } });
// @ts-expect-error: policies are compiled or loaded
new Policy();

const text: string = policy.mask('[]');
const buffer: Buffer = policy.mask(Buffer.from('[]'));
const bytes: Uint8Array = policy.mask(new Uint8Array(2));
const either: string | Buffer = policy.mask('[]' as string | Buffer);
const later: Promise<string> = policy.maskAsync('[]', { onReport: (report: Report) => report.counts['A']?.toFixed() });
const laterBytes: Promise<Buffer> = policy.maskAsync(Buffer.from('[]'));
const object: { a: number } = policy.maskObject({ a: 1 }, { onUnknown: 'throw' });
const length: number = policy.maskInPlace(new Uint8Array(4));
const findings: Finding[] = policy.scan('[]').findings;
const image: Buffer = policy.save({ withKeys: true });
const stream: MaskStream = policy.createStream({ window: 1 << 16, oversize: 'mask', flush: true, highWaterMark: 9 });
const transform: Transform = stream;
const oversized: number = stream.report().oversized;
new ReadableStream<Uint8Array>().pipeThrough<Uint8Array>(policy.createWebStream({ flush: true }));
// @ts-expect-error: neither string nor bytes
policy.mask({});
// @ts-expect-error: strings cannot be changed in place
policy.maskInPlace('[]');
// @ts-expect-error: read only
policy.rules.push('C');

try {
  policy.mask('x');
} catch (error) {
  if (error instanceof JsonError) {
    const [reason, offset]: [Reason, number] = [error.reason, error.offset];
    void [reason, offset];
  } else if (error instanceof PolicyError) {
    const problems: readonly PolicyProblem[] = error.problems;
    void problems;
  } else if (error instanceof SpanmaskError) {
    const code: string = error.code;
    void code;
  }
}
void [text, buffer, bytes, either, later, laterBytes, object, length, findings, image, transform, oversized];
