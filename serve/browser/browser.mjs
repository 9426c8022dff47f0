// A Chromium with the libraries and fonts that come with it, so that it runs, and looks, the same everywhere.

import sparticuz, { inflate } from '@sparticuz/chromium';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const modules = join(import.meta.dirname, 'node_modules');

/** Unpacks it and starts it; `close` leaves nothing behind. `evil.example` leads to this machine. */
export async function browser() {
  const place = await mkdtemp(join(tmpdir(), 'spanmask-chromium-'));
  // Where the package unpacks to.
  process.env.TMPDIR = place;
  const executablePath = await sparticuz.executablePath();
  await inflate(join(modules, '@sparticuz/chromium/bin/al2023.tar.br'));
  const fonts = join(place, 'fonts.conf');
  await writeFile(fonts, fontconfig(join(modules, 'dejavu-fonts-ttf/ttf'), place));
  const env = { ...process.env, HOME: place, FONTCONFIG_FILE: fonts, LD_LIBRARY_PATH: join(place, 'al2023/lib') };
  const args = ['--host-resolver-rules=MAP evil.example 127.0.0.1', '--font-render-hinting=none'];
  const started = await chromium.launch({ executablePath, env, args });
  const close = async () => {
    await started.close();
    await rm(place, { recursive: true, force: true });
  };
  return { context: (options) => started.newContext(options), close };
}

// The fonts that come with the browser lack one for form fields, at which it ends itself.
const fontconfig = (fonts, place) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${place}</cachedir>
  <selectfont><rejectfont><glob>*Serif*</glob><glob>*Math*</glob></rejectfont></selectfont>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

/** Starts the service; `end` gives back what it logged. */
export async function service(program) {
  const args = ['serve', '--listen', '127.0.0.1:0', '--playground', '127.0.0.1:0', '--log-format', 'json', '--log-level', 'debug'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const lines = createInterface({ input: child.stderr });
  const { promise: listens, resolve, reject } = withResolvers();
  lines.on('line', (line) => {
    log += `${line}\n`;
    const entry = JSON.parse(line);
    if (entry.message === 'listening') resolve(new URL(`http://${entry.playground}/playground`));
  });
  child.once('exit', () => reject(new Error(`the service did not start: ${log}`)));
  const page = await listens;
  const end = async () => {
    child.kill();
    await once(child, 'exit');
    return log;
  };
  return { page, end };
}

function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => { [resolve, reject] = [yes, no]; });
  return { promise, resolve, reject };
}
