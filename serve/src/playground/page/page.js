'use strict';

// Offsets of answers are in bytes of UTF-8.
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const COLOURS = 8;
const LARGEST = 4 * 1024 * 1024;
const SHOWN = 80;

const at = (id) => document.getElementById(id);

function element(name, properties, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(path);
  return response;
}

async function begin() {
  const [trace, presets] = await Promise.all([get('/playground/trace.json'), get('/playground/presets')]);
  const policies = await presets.json();
  const names = Object.keys(policies);
  const buttons = names.map((name) => {
    const button = element('button', { type: 'button', title: 'Begin with this policy' }, `preset:${name}`);
    button.addEventListener('click', () => { at('policy').value = policies[name]; });
    return button;
  });
  at('presets').append(...buttons);
  at('trace').value = await trace.text();
  at('policy').value = policies[names[0]];
  at('form').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      at('form').requestSubmit();
    }
  });
}

let asked = 0;

async function attempt() {
  const number = ++asked;
  // Halves of characters are none in UTF-8.
  const trace = decoder.decode(encoder.encode(at('trace').value));
  const question = encoder.encode(JSON.stringify({ trace, policy: at('policy').value }));
  if (question.length > LARGEST) return fail('Trace and policy are larger than this page takes: 4 MiB together.');
  say('Masking …');
  let response, answer;
  try {
    response = await fetch('/playground/try', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: question,
    });
    answer = await response.json();
  } catch {
    if (number === asked) fail('The service did not answer. Is it still running?');
    return;
  }
  // What was asked later counts.
  if (number !== asked) return;
  if (response.ok) show(trace, answer);
  else fail(`${capital(answer.error)}.`, answer.problems);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function say(text) {
  at('status').textContent = text;
  at('problems').replaceChildren();
}

function fail(text, problems = []) {
  say(text);
  at('result').hidden = true;
  at('problems').append(...problems.map((problem) => {
    const place = problem.line ? `, line ${problem.line}, column ${problem.column}` : '';
    const go = element('button', { type: 'button' }, `${capital(problem.input)}${place}: ${problem.message}`);
    go.addEventListener('click', () => goTo(at(problem.input), problem));
    return element('li', {}, go);
  }));
}

// Puts the cursor where a problem is: columns are in characters, not in units of UTF-16.
function goTo(field, { line, column }) {
  field.focus();
  if (!line) return;
  const lines = field.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const start = before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
  field.setSelectionRange(start, Math.max(start, before + (lines[line - 1] ?? '').length));
  field.scrollTop = (line - 3) * (field.scrollHeight / lines.length);
}

function show(trace, answer) {
  const colours = new Map(answer.rules.map(([rule], index) => [rule, `r${index % COLOURS}`]));
  const before = encoder.encode(trace);
  const after = encoder.encode(answer.output);
  const masked = answer.findings.map((found, index) => ({ ...found, id: `m${index}`, kind: colours.get(found.rule) }));
  const missed = answer.near_misses.map((near, index) => ({ ...near, id: `n${index}`, kind: 'near' }));

  const parts = apart([...masked, ...missed].sort((a, b) => a.start - b.start || b.end - a.end));
  at('before').replaceChildren(...marked(before, parts, 'before'));
  const written = masked.map((part) => ({ ...part, start: part.masked[0], end: part.masked[1] }));
  at('after').replaceChildren(...marked(after, written, 'after'));

  fill('findings', masked, (part) => [cell(element('code', {}, part.path)), cell(String(part.end - part.start), 'number')]);
  fill('near', missed, (part) => [
    cell(element('code', {}, part.path)), cell(element('code', {}, excerpt(before, part))), cell(part.why),
  ]);
  at('warnings').replaceChildren(...answer.warnings.map((warning) => element('li', {}, `Warning: ${warning}`)));
  at('result').hidden = false;
  for (const part of [...masked, ...missed].slice(0, 1)) bringUp(part);

  const count = answer.rules.reduce((sum, [, parts]) => sum + parts, 0);
  const rules = answer.rules.filter(([, parts]) => parts > 0).length;
  const more = answer.more ? ' Only the first 1,000 of each are shown.' : '';
  say(`${plural(count, 'part')} masked by ${plural(rules, 'rule')}; ${plural(missed.length, 'near miss', 'near misses')}.${more}`);
}

const plural = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

// Those that have no byte in common with one before them.
function apart(parts) {
  let end = 0;
  return parts.filter((part) => {
    const free = part.start >= end;
    if (free) end = part.end;
    return free;
  });
}

// A text with marks in it.
function* marked(bytes, parts, pane) {
  let done = 0;
  for (const part of parts) {
    yield decoder.decode(bytes.subarray(done, part.start));
    const mark = element('mark', { className: part.kind, id: `${pane}-${part.id}` }, decoder.decode(bytes.subarray(part.start, part.end)));
    mark.dataset.rule = part.rule;
    mark.title = part.why ? `${part.rule} would match, but ${part.why}` : part.rule;
    yield mark;
    done = part.end;
  }
  yield decoder.decode(bytes.subarray(done));
}

function fill(table, parts, cells) {
  const rows = parts.map((part) => {
    const go = element('button', { type: 'button', className: part.kind }, part.rule);
    go.addEventListener('click', () => goToPart(part));
    return element('tr', {}, element('td', {}, go), ...cells(part));
  });
  at(table).tBodies[0].replaceChildren(...rows);
  at(table).hidden = rows.length === 0;
  at(`no-${table}`).hidden = rows.length > 0;
}

const cell = (content, className = '') => element('td', { className }, content);

function excerpt(bytes, part) {
  const text = [...decoder.decode(bytes.subarray(part.start, part.end))];
  return text.length > SHOWN ? `${text.slice(0, SHOWN).join('')}…` : text.join('');
}

function goToPart(part) {
  document.querySelectorAll('mark.here').forEach((mark) => mark.classList.remove('here'));
  bringUp(part).forEach((mark) => mark.classList.add('here'));
  at('before').scrollIntoView({ block: 'nearest' });
}

// Scrolls both panes to a part; hands back its marks.
function bringUp(part) {
  const marks = ['before', 'after'].map((pane) => at(`${pane}-${part.id}`)).filter((mark) => mark);
  for (const mark of marks) mark.parentElement.scrollTop = mark.offsetTop - mark.parentElement.clientHeight / 2;
  return marks;
}

begin().catch(() => fail('The page could not be loaded whole. Is the service still running?'));
