// The playground as people see it: what is highlighted, what is said, and that the keyboard is enough.
//
//   SPANMASK      the program
//   SCREENSHOTS   a folder for the pictures that the documentation shows; none are taken without it

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, service } from './browser.mjs';

const POLICY = `version: 1
rules:
  - { id: NAME, literals: [Zoë, "<b>"], replace: "[NAME]" }
  - { id: CARD, detect: payment_card, mask: { keep_last: 4 } }
  - { id: GONE, pattern: 'x+', remove: true }
allow: { literals: [Zoë Ltd.] }
`;

let chrome, running;

before(async () => {
  running = await service(process.env.SPANMASK);
  chrome = await browser();
});

after(async () => {
  await chrome?.close().catch(() => {});
  const log = await running?.end();
  assert.ok(!/4111|Zoë|ford/.test(log), log);
});

// Opens the page; whatever it complains about fails the test, as does a request to anywhere else.
async function open(options = {}) {
  const context = await chrome.context({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== running.page.origin) complaints.push(request.url());
  });
  await page.goto(running.page.href);
  await page.waitForFunction(() => document.getElementById('policy').value !== '');
  return { context, page, complaints };
}

async function close({ context, page, complaints }, expected = []) {
  const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  assert.deepEqual(kept, ['', 0, 0]);
  await context.close();
  assert.deepEqual(complaints.filter((complaint) => !expected.some((words) => complaint.includes(words))), []);
}

async function mask(page, trace, policy) {
  if (trace !== undefined) await page.fill('#trace', trace);
  if (policy !== undefined) await page.fill('#policy', policy);
  await page.click('#run');
  await settled(page);
}

const settled = (page) => page.waitForFunction(() => !['', 'Masking …'].includes(document.getElementById('status').textContent));
const marks = (page, pane) => page.$$eval(`#${pane} mark`, (all) => all.map((mark) => [mark.dataset.rule, mark.textContent]));
const rows = (page, table) => page.$$eval(`#${table} tbody tr`, (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
const text = (page, selector) => page.textContent(selector);
const shot = async (page, name) => {
  if (process.env.SCREENSHOTS) await page.locator('body').screenshot({ path: join(process.env.SCREENSHOTS, name) });
};

test('what it begins with: masked, and nearly', async () => {
  const opened = await open();
  const { page } = opened;
  await mask(page);
  assert.equal(await text(page, '#status'), '6 parts masked by 5 rules; 4 near misses.');
  const masked = await marks(page, 'after');
  assert.deepEqual(masked.map(([rule, token]) => token === `[REDACTED_${rule}]`), Array(6).fill(true), String(masked));
  assert.deepEqual((await marks(page, 'before')).filter(([rule]) => rule === 'EMAIL').map(([, found]) => found).sort(), [
    'ford.prefect@example.org', 'ford.prefect@example.org', 'ford@2x.png',
  ]);
  const near = await rows(page, 'near');
  const why = Object.fromEntries(near.map(([, , found, reason]) => [found, reason]));
  assert.match(why['4000056655665557'], /Luhn/);
  assert.match(why['ford@2x.png'], /file name/);
  assert.match(why['4111111111111111'], /profile/);
  assert.match(why['10.2.0.1'] ?? why['version 10.2.0.1'], /version/);
  const where = (await rows(page, 'findings')).map(([rule, path]) => `${rule} ${path}`);
  assert.ok(where.some((row) => row.startsWith('PHONE $[') && row.endsWith("['customer']['phone']")), String(where));
  await shot(page, 'playground.png');
  await close(opened);
});

test('a trace and a policy of one’s own', async () => {
  const opened = await open();
  const { page } = opened;
  const trace = '["Zoë axxb 🙂 4111 1111 1111 1111", "{\\"n\\":\\"Zo\\\\u00eb\\"}", "Zoë Ltd.", "<b>", 4111111111111112]';
  await mask(page, trace, POLICY);
  assert.deepEqual(await marks(page, 'before'), [
    ['NAME', 'Zoë'], ['GONE', 'xx'], ['CARD', '4111 1111 1111 1111'], ['NAME', 'Zo\\\\u00eb'], ['NAME', 'Zoë'], ['NAME', '<b>'],
    ['CARD', '4111111111111112'],
  ]);
  assert.deepEqual(await marks(page, 'after'), [
    ['NAME', '[NAME]'], ['GONE', ''], ['CARD', '***************1111'], ['NAME', '[NAME]'], ['NAME', '[NAME]'],
  ]);
  assert.equal(await text(page, '#before'), trace);
  assert.equal(
    await text(page, '#after'),
    '["[NAME] ab 🙂 ***************1111", "{\\"n\\":\\"[NAME]\\"}", "Zoë Ltd.", "[NAME]", 4111111111111112]',
  );
  assert.deepEqual((await rows(page, 'findings')).map(([rule, path, bytes]) => [rule, path, bytes]), [
    ['NAME', '$[0]', '4'], ['GONE', '$[0]', '2'], ['CARD', '$[0]', '19'], ['NAME', "$[1]['n']", '9'], ['NAME', '$[3]', '3'],
  ]);
  assert.deepEqual((await rows(page, 'near')).map(([rule, path, found]) => [rule, path, found]), [
    ['NAME', '$[2]', 'Zoë'], ['CARD', '$[4]', '4111111111111112'],
  ]);
  assert.equal(await page.$$eval('mark.near', (all) => all.length), 2);
  // And nothing is left of it when there is nothing to show.
  await mask(page, '[]');
  assert.deepEqual([await marks(page, 'before'), await marks(page, 'after')], [[], []]);
  assert.ok(await page.isVisible('#no-findings') && await page.isVisible('#no-near'));
  await close(opened);
});

test('what is wrong is told, and leads to its place', async () => {
  const opened = await open();
  const { page } = opened;
  const wrong = page.locator('#problems button');
  await mask(page, undefined, 'version: 1\nprofile: otlp\nrules:\n  - id: EMAIL\n    detect: emial\n  - id: CARD\n    pattern: "(4[0-9]{15}"\n');
  assert.equal(await wrong.count(), 2);
  await wrong.first().click();
  await shot(page, 'playground-error.png');
  await mask(page, '["🙂"]', 'version: 1\nrules:\n  - id: "🙂"\n    detect: emial\n');
  assert.equal(await text(page, '#status'), 'The policy cannot be used.');
  assert.ok(!(await page.isVisible('#result')));
  await wrong.filter({ hasText: 'emial' }).click();
  assert.match(await wrong.filter({ hasText: 'emial' }).textContent(), /^Policy, line 4, column 13: .*did you mean "email"/);
  assert.equal(await selected(page), 'emial');
  await mask(page, '{\n "a": ["🙂",\n "b" x]\n}', POLICY);
  assert.match(await wrong.textContent(), /^Trace, line 3, column 6: not JSON/);
  await wrong.click();
  assert.equal(await selected(page), 'x]');
  // Then it works.
  await mask(page, '["Zoë"]');
  assert.equal(await text(page, '#after'), '["[NAME]"]');
  assert.equal(await wrong.count(), 0);
  await close(opened, ['422']);
});

const selected = (page) => page.evaluate(() => {
  const { value, selectionStart, selectionEnd } = document.activeElement;
  return value.slice(selectionStart, selectionEnd);
});

test('the keyboard is enough', async () => {
  const opened = await open();
  const { page } = opened;
  await page.focus('#trace');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('["jo@example.com", "jo@2x.png"]');
  await page.keyboard.press('Control+Enter');
  await settled(page);
  const way = [];
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Tab');
    way.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent));
  }
  assert.deepEqual(way, ['preset:default', 'preset:langfuse-docs', 'policy', 'run', 'before', 'after', 'EMAIL', 'EMAIL']);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.$$eval('mark.here', (all) => all.map((mark) => mark.textContent)), ['jo@example.com', '[REDACTED_EMAIL]']);
  await page.getByText('preset:langfuse-docs').press('Space');
  assert.match(await page.inputValue('#policy'), /id: CC/);
  await close(opened);
});

// Of text on its background, as WCAG 2.2 counts it.
const contrasts = (page) => page.evaluate(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return /, 0\)$/.test(colour) ? behind(element.parentElement) : colour;
  };
  const seen = [...document.querySelectorAll('h1, p, label, button, td, th, mark, textarea, li, .hint')];
  return seen.map((element) => {
    const [one, two] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    return [(one + 0.05) / (two + 0.05), element.outerHTML.slice(0, 80)];
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`it can be read: ${colorScheme}`, async () => {
    const opened = await open({ colorScheme });
    const { page } = opened;
    const rules = [...'abcdefgh'].map((letter) => `  - { id: ${letter}, literals: [${letter}] }`).join('\n');
    await mask(page, '["a b c d e f g h", "4111111111111112"]', `version: 1\nrules:\n${rules}\n  - { id: CARD, detect: payment_card }`);
    assert.equal(new Set(await page.$$eval('#after mark', (all) => all.map((mark) => getComputedStyle(mark).backgroundColor))).size, 8);
    const poor = (await contrasts(page)).filter(([contrast]) => contrast < 4.5);
    assert.deepEqual(poor, []);
    const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(dark, colorScheme === 'dark' ? 'rgb(18, 22, 28)' : 'rgb(255, 255, 255)');
    await close(opened);
  });
}

test('a narrow window has one column and no bar below', async () => {
  const opened = await open({ viewport: { width: 400, height: 800 } });
  const { page } = opened;
  await mask(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await close(opened);
});

test('what is pasted is text, never part of the page', async () => {
  const opened = await open();
  const { page } = opened;
  const trace = '["<img src=x onerror=\'document.title=1\'><script>document.title=1</script>"]';
  await mask(page, trace, 'version: 1\nrules: [{ id: IMG, literals: ["<img"], replace: "<svg onload=1>" }]');
  assert.equal(await text(page, '#before'), trace);
  assert.equal(await page.locator('img, svg').count(), 0);
  assert.equal(await page.title(), 'spanmask playground');
  await close(opened);
});

test('other pages get no answer, by whatever name', async () => {
  const other = createServer((_, response) => response.end('<!doctype html>')).listen(0, '127.0.0.1');
  const context = await chrome.context();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  const tried = await page.evaluate(async (url) => {
    const body = '{"trace":"[]","policy":"{ version: 1, rules: [] }"}';
    const attempt = (options) => fetch(url, { method: 'POST', body, ...options }).then((response) => response.type, () => 'refused');
    return [await attempt({ headers: { 'Content-Type': 'application/json' } }), await attempt({})];
  }, `${running.page.origin}/playground/try`);
  assert.deepEqual(tried, ['refused', 'refused']);
  const rebound = await page.goto(`http://evil.example:${running.page.port}/playground`);
  assert.equal(rebound.status(), 421);
  await context.close();
  other.close();
});
