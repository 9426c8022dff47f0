// Writes lib/document.ts, the types of a policy, from its JSON Schema. `--check` says when it is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const place = new URL('../lib/document.ts', import.meta.url);
const schema = JSON.parse(await readFile(new URL('../../../policy/policy.schema.json', import.meta.url), 'utf8'));
const types = await compile({ ...schema, title: 'PolicyDocument' }, 'PolicyDocument', {
  bannerComment: '// Written from policy/policy.schema.json by `npm run types`.\n',
  // A list that must not be empty would be a tuple, to which no plain list can be assigned.
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 130 },
});
if (!process.argv.includes('--check')) await writeFile(place, types);
else if ((await readFile(place, 'utf8')) !== types) throw new Error('lib/document.ts is out of date: npm run types');
