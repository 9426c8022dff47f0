// A backend on loopback, markers for each field that an SDK can send, and what became of them.
import { createServer } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Policy } from 'spanmask';


/** Finds every marker, and nothing else. */
export const policy = Policy.compile({
  version: 1,
  profile: 'otlp',
  rules: [{ id: 'MARK', pattern: 'MARK_\\w+', replace: '[M]' }],
});

/** Keeps what arrives until the test ends. */
export async function sink(t) {
  const bodies = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    if (request.headers['content-encoding'] === 'gzip') body = gunzipSync(body);
    bodies.push(`${request.method} ${request.url}\n${body}`);
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.closeAllConnections() ?? server.close());
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** All that arrived. */
    text: () => bodies.join('\n'),
    /** The groups of spans in it. */
    groups: () => bodies.filter((body) => /\/v1\/traces\n/.test(body)).flatMap((body) => JSON.parse(body.slice(body.indexOf('\n'))).resourceSpans),
    spans() {
      return this.groups().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    },
  };
}

/** The attributes of a span, by name. */
export function attributes(of) {
  return Object.fromEntries(of.attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value) {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain);
  return Object.values(value)[0];
}

/** The marker of a field, as part of a sentence. */
export function mark(field) {
  return `so says MARK_${field.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_END here`;
}

/** Hands out markers and remembers for which fields. */
export function markers() {
  const fields = new Set();
  const seen = (text) => new Set([...fields].filter((field) => text.includes(mark(field).split(' ')[2])));
  return Object.assign((field) => fields.add(field) && mark(field), {
    seen,
    /** For each field whether it was masked. `without` is what leaves without a hook: every marker must be in it. */
    result(text, without) {
      const [left, sent] = [seen(text), seen(without)];
      const missing = [...fields].filter((field) => !sent.has(field));
      if (missing.length > 0) throw new Error(`the SDK does not send what was planted: ${missing}`);
      return Object.fromEntries([...fields].map((field) => [field, !left.has(field)]));
    },
  });
}

/** Fields that were not masked. */
export function leaks(fields) {
  return Object.keys(fields).filter((field) => !fields[field]).sort();
}

/** Notes what a hook did, for the page. */
export function record(section, column, name, fields) {
  const folder = process.env.SPANMASK_HOOKS;
  if (folder === undefined || !existsSync(folder)) return;
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8'));
  const file = `${section} ${column}`.replace(/\W+/g, '-');
  writeFileSync(join(folder, `${file}.json`), JSON.stringify({ section, column, version, fields }, undefined, 1));
}

/** A policy that throws what holds text. */
export const broken = {
  maskObject(value) {
    throw new RangeError(`cannot mask ${JSON.stringify(value)}`);
  },
  mask(text) {
    throw new RangeError(`cannot mask ${text}`);
  },
};

/** A policy that refuses what its detector fails for. */
export const refusing = Policy.compile(
  { version: 1, profile: 'otlp', rules: [{ id: 'A', detect: 'host:d', fail: 'refuse' }] },
  {
    detectors: {
      d() {
        throw new Error('MARK_x');
      },
    },
  },
);
