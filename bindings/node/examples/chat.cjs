// Masks a chat before it is logged: the object stays as it is, what is logged is a copy of the parts that changed.
const { Policy } = require('spanmask');

const policy = Policy.compile(`
version: 1
rules:
  - { id: EMAIL, detect: email, replace: "[EMAIL]" }
  - { id: SECRET, keys: ["*_token"] }
  - { id: NAME, detect: host:names, replace: "[NAME]" }
`, {
  // A detector of your own, such as a list of customers or a model: it tells which parts of a text match.
  detectors: { names: (text) => Array.from(text.matchAll(/\bZoë\b|\bLi Wei\b/gu), ({ index, 0: name }) => [index, index + name.length]) },
  onDetectorError: (error, name) => console.error(`the detector ${name} failed`, error),
});

const chat = {
  model: 'small',
  messages: [
    { role: 'system', content: 'You help customers.' },
    { role: 'user', content: 'Li Wei here, write to li.wei@example.com' },
    { role: 'tool', content: JSON.stringify({ api_token: 's3cr3t', status: 'ok' }) },
  ],
};

const masked = policy.maskObject(chat);
console.log(JSON.stringify(masked, null, 2));
console.log(masked.messages[0] === chat.messages[0]); // true: nothing matched there
