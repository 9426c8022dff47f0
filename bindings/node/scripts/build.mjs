// Builds both halves: with cargo the native one, with tsc what is around it.
//
// SPANMASK_PROFILE is cargo's profile: `release` unless told; `dev` takes a third of the time and masks more slowly.
// `--bench` builds a native half for bench/, which can time the core.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: folder, stdio: 'inherit' });

/** What a package runs as its command. */
function command(name, bin) {
  const place = require.resolve(`${name}/package.json`);
  return join(dirname(place), require(place).bin[bin]);
}

const bench = process.argv.includes('--bench');
const profile = process.env.SPANMASK_PROFILE ?? 'release';
// napi knows cargo's `dev` as what it does unless told: it would look in a folder of that name, which is called `debug`.
const chosen = profile === 'dev' ? [] : ['--profile', profile];
const output = bench ? ['--features', 'bench', '--output-dir', 'bench/native'] : [];
run(command('@napi-rs/cli', 'napi'), 'build', '--platform', ...chosen, '--js', 'native.js', '--dts', 'native.d.ts',
  ...output, '--', '--locked');
if (!bench) run(command('typescript', 'tsc'));
