// A server that takes events as JSON and passes them on masked: small bodies at once, large ones in another thread.
//
//     node http.mjs          then: curl -d '{"to": "jo@example.com"}' localhost:8080
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { JsonError, Policy } from 'spanmask';

const policy = Policy.preset('default', { framing: 'one' });
const LARGE = 100_000;

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const server = createServer(async (request, response) => {
  try {
    const event = await body(request);
    const masked = event.length < LARGE ? policy.mask(event) : await policy.maskAsync(event);
    response.writeHead(200, { 'content-type': 'application/json' }).end(masked);
  } catch (error) {
    // Whatever went wrong, nothing unmasked leaves. The message shows nothing of the event.
    response.writeHead(error instanceof JsonError ? 400 : 500).end(error instanceof JsonError ? error.message : '');
  }
});

if (process.argv[1] === fileURLToPath(import.meta.url)) server.listen(8080);
