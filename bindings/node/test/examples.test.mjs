// The examples, and those of the README, do what they say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { server } from '../examples/http.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

function run(file, input) {
  const done = spawnSync(process.execPath, [join(folder, file)], { input, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done;
}

test('lines.mjs', () => {
  const { stdout, stderr } = run('examples/lines.mjs', '{"to": "jo@example.com"}\n{"api_token": "x"}\n');
  assert.equal(stdout, '{"to": "[EMAIL]"}\n{"api_token": "[REDACTED]"}\n');
  assert.equal(stderr, '2 parts masked\n');
});

test('chat.cjs', () => {
  const { stdout } = run('examples/chat.cjs');
  assert.match(stdout, /\[NAME\] here, write to \[EMAIL\]"/);
  assert.match(stdout, /"\{\\"api_token\\":\\"\[REDACTED\]\\",\\"status\\":\\"ok\\"\}"/);
  assert(stdout.endsWith('true\n') && !stdout.includes('Wei'));
});

test('http.mjs', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const ask = async (body) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}`, { method: 'POST', body });
    return [response.status, await response.text()];
  };
  try {
    assert.deepEqual(await ask('{"to": "jo@example.com"}'), [200, '{"to": "[REDACTED_EMAIL]"}']);
    const long = 'x'.repeat(200_000);
    assert.deepEqual(await ask(`["${long}", "jo@example.com"]`), [200, `["${long}", "[REDACTED_EMAIL]"]`]);
    assert.deepEqual(await ask('{"jo@example.com"'), [400, 'the text ends too early at offset 17']);
  } finally {
    server.close();
  }
});

test('the README', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const scripts = Array.from(readme.matchAll(/^```js\n([^]*?)^```$/gm), ([, script]) => script);
  assert(scripts.length >= 4, 'examples of the README');
  // Inside the package, so that its own name leads to it.
  const place = mkdtempSync(join(folder, 'test', 'readme-'));
  try {
    scripts.forEach((script, i) => {
      // What a line says that it gives, it gives.
      const checked = script.replace(/^(.*?);?\s+\/\/ → (.*)$/gm, (_, call, result) => `assert.deepEqual(${call}, ${result});`);
      const file = join(place, `${i}.mjs`);
      writeFileSync(file, `import assert from 'node:assert/strict';\n${i === 0 ? '' : "import { Policy } from 'spanmask';\nconst policy = Policy.preset('default');\n"}${checked}`);
      run(file.slice(folder.length));
    });
  } finally {
    rmSync(place, { recursive: true });
  }
});
