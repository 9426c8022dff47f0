// A thread of test/threads.test.mjs: masks texts of its own, and says whether it ever saw anything else.
import { parentPort, workerData } from 'node:worker_threads';
import { Policy } from 'spanmask';

const { image, name, rounds } = workerData;
const policy = Policy.load(image);
let wrong = 0;
const check = (actual, expected) => {
  if (`${actual}` !== expected) wrong += 1;
};

for (let i = 0; i < rounds; i++) {
  const text = JSON.stringify({ who: name, inner: JSON.stringify({ number: `${100_000 + i}`, who: `${name} ${i}` }) });
  const expected = text.replace(/[0-9]{6}/, `<number>`);
  check(policy.mask(text), expected);
  const buffer = Buffer.concat([Buffer.from(text)], text.length + 10);
  check(buffer.subarray(0, policy.maskInPlace(buffer, Buffer.byteLength(text))), expected);
  check(JSON.stringify(policy.maskObject(JSON.parse(text))), expected);
  if (i % 10 !== 0) continue;
  const all = await Promise.all(Array.from({ length: 8 }, () => policy.maskAsync(Buffer.from(text))));
  for (const masked of all) check(masked, expected);
  check(Buffer.concat(await policy.createStream({ window: 4096 }).end(text).toArray()), expected);
  if (policy.report().parts !== 1) wrong += 1;
}
parentPort.postMessage({ name, wrong, rounds });
