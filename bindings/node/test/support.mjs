// What several tests need.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Policy } from 'spanmask';

export const conformance = fileURLToPath(new URL('../../../conformance', import.meta.url));

const FIELDS = new Set(
  ('name policy policy_text externals framing input input_base64 repeat output output_repeat error problems warnings counts report ' +
    'findings absent present splits').split(' '),
);

/** All files of cases. A field that is not known is an error: a case that is half understood proves nothing. */
export function files() {
  const names = readdirSync(join(conformance, 'cases')).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const file = JSON.parse(readFileSync(join(conformance, 'cases', name), 'utf8'));
    for (const field of Object.keys(file)) {
      if (!['about', 'policy', 'cases'].includes(field)) throw new Error(`${name}: field ${field} is not known`);
    }
    for (const item of file.cases) {
      const unknown = Object.keys(item).filter((field) => !FIELDS.has(field));
      if (unknown.length > 0) throw new Error(`${name}: ${item.name}: fields ${unknown} are not known`);
      item.policy ??= item.policy_text === undefined ? file.policy : undefined;
    }
    return { name: basename(name, '.json'), kind: name.split('_')[0], cases: file.cases };
  });
}

/** The bytes of the input. */
export function inputOf({ input, input_base64: base64, repeat }) {
  if (repeat !== undefined) return Buffer.from(repeated(repeat));
  return base64 === undefined ? Buffer.from(input) : Buffer.from(base64, 'base64');
}

/** The bytes that must come out, if they are given. */
export function outputOf({ output, output_repeat: repeat }) {
  if (repeat !== undefined) return Buffer.from(repeated(repeat));
  return output === undefined ? undefined : Buffer.from(output);
}

function repeated({ prefix, unit, times, suffix, suffix_unit: closing = '' }) {
  return prefix + unit.repeat(times) + suffix + closing.repeat(times);
}

const compiled = new Map();

/** The policy of a case. Many have the same one, which is compiled once. */
export function policyOf({ policy, policy_text: text, externals = {}, framing = 'sequence' }) {
  const key = JSON.stringify([policy, text, externals, framing]);
  if (!compiled.has(key)) compiled.set(key, compile(policy, text, { ...externals, framing }));
  return compiled.get(key);
}

function compile(policy, text, options) {
  if (text !== undefined) return Policy.compile(text.text, { ...options, format: text.format });
  if (typeof policy === 'string') return Policy.preset(policy.replace(/^preset:/, ''), options);
  return Policy.compile(policy, options);
}

/** The payloads that were captured. */
export function traces() {
  const folder = join(conformance, 'traces');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'truth.json');
  return names.sort().map((name) => ({ name, input: readFileSync(join(folder, name)) }));
}

/** Every planted value but names, which no detector finds. */
export function planted() {
  const truth = JSON.parse(readFileSync(join(conformance, 'traces', 'truth.json'), 'utf8'));
  return Object.entries(truth).flatMap(([kind, values]) => (kind === 'name' ? [] : values));
}

/** The value of a text that is JSON and no scalar but a string, as masking looks into it. */
export function nested(text) {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Each string in a value, at each level of nesting. */
export function* strings(value, levels = 8) {
  if (typeof value === 'string') {
    yield value;
    const inner = levels > 0 ? nested(value) : undefined;
    if (inner !== undefined) yield* strings(inner, levels - 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) yield* strings(member, levels);
  }
}

/** How the shapes of two values differ, if they do. */
export function difference(before, after, levels = 8, path = '$') {
  if (typeof before !== typeof after || (before === null) !== (after === null)) return `${path}: types`;
  if (typeof before === 'number') return after === before || after === 0 ? undefined : `${path}: numbers`;
  if (typeof before === 'boolean') return after === before || after === false ? undefined : `${path}: booleans`;
  if (typeof before === 'string') {
    const [inner, masked] = [nested(before), nested(after)];
    if (levels === 0 || inner === undefined || after === before) return undefined;
    // A text that is masked whole is one no longer.
    return masked === undefined ? undefined : difference(inner, masked, levels - 1, `${path}~`);
  }
  if (before === null) return undefined;
  const [keys, others] = [Object.keys(before), Object.keys(after)];
  if (Array.isArray(before) !== Array.isArray(after) || keys.join('\0') !== others.join('\0')) return `${path}: members`;
  for (const key of keys) {
    const differs = difference(before[key], after[key], levels, `${path}.${key}`);
    if (differs !== undefined) return differs;
  }
  return undefined;
}

/** The pieces of `bytes`, cut at these places. */
export function pieces(bytes, cuts) {
  const places = [0, ...cuts, bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

/** Numbers by chance, the same in each run. */
export function random(seed) {
  let state = BigInt(seed) ^ 0x9e3779b97f4a7c15n;
  return (below) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(below));
  };
}
