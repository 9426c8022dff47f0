// Masks JSON Lines from standard input to standard output, as they come.
//
//     node lines.mjs < events.jsonl
import { pipeline } from 'node:stream/promises';
import { Policy } from 'spanmask';

const policy = Policy.compile({
  version: 1,
  rules: [
    { id: 'EMAIL', detect: 'email', replace: '[EMAIL]' },
    { id: 'SECRET', keys: ['password', '*_token'] },
  ],
});

const stream = policy.createStream({ flush: true });
await pipeline(process.stdin, stream, process.stdout);
console.error(`${stream.report().parts} parts masked`);
