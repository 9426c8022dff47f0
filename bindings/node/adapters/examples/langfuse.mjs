// A support bot that is traced with Langfuse. Everything in a span is masked before it is sent.
//
//     LANGFUSE_PUBLIC_KEY=… LANGFUSE_SECRET_KEY=… LANGFUSE_BASE_URL=… node langfuse.mjs
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { observe, propagateAttributes, setLangfuseTracerProvider } from '@langfuse/tracing';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Policy } from 'spanmask';
import { exporter } from 'spanmask/langfuse';

const policy = Policy.preset('default');
const processor = new LangfuseSpanProcessor({ exporter: exporter(policy) }); // this line is all
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
setLangfuseTracerProvider(provider);

const findCustomer = observe(async (mail) => ({ mail, phone: '+49 30 5550 0100' }), { name: 'find-customer', asType: 'tool' });
const ask = observe(
  async (question, mail) =>
    propagateAttributes({ userId: mail }, async () => {
      const { phone } = await findCustomer(mail);
      return `We call you at ${phone}.`;
    }),
  { name: 'ask' },
);

console.log(await ask('My card is 4000056655665556. When do you call?', 'jo@example.com'));
await provider.shutdown();
