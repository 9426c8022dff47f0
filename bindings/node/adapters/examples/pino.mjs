// Masks what pino logs: messages, fields, bindings, errors.
import { pino } from 'pino';
import { Policy } from 'spanmask';
import { maskingStream } from 'spanmask/pino';

const policy = Policy.preset('default');
const log = pino({ base: undefined, timestamp: false }, maskingStream(policy, pino.destination({ dest: 1, sync: true })));

log.info({ user: { mail: 'jo@example.com' } }, 'welcome %s', 'jo@example.com');
log.child({ card: '4000056655665556' }).warn({ raw: '{"phone": "+49 30 5550 0100"}' });
