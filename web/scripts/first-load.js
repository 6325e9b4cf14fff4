// Fails when a page needs more JavaScript before it can be used than a phone on the road should
// wait for. Counts what `vite build` left in dist, as the gateway sends it: Brotli, quality 11.
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

/** Bytes. */
const LIMIT = 150_000;
const ASSETS = new URL('../dist/assets/', import.meta.url);

const files = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
const read = (name) => readFileSync(new URL(name, ASSETS));
const chunk = (name) => files.filter((file) => file.startsWith(`${name}-`));

/** A file with everything that it imports before it runs. */
function needed(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported] of read(name)
    .toString()
    .matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) {
    needed(imported, found);
  }
  return found;
}

const page = readFileSync(new URL('../dist/index.html', import.meta.url), 'utf8');
const entry = /type="module"[^>]*assets\/([\w.-]+\.js)/.exec(page)?.[1];
if (entry === undefined) throw new Error('dist/index.html loads no script');

let failed = false;
for (const screen of ['HomePage', 'ReadingPage']) {
  const all = new Set();
  for (const name of [entry, ...chunk(screen), ...chunk('ja')]) needed(name, all);
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const bytes = [...all].reduce(
    (sum, name) => sum + brotliCompressSync(read(name), options).length,
    0,
  );
  failed ||= bytes > LIMIT || chunk(screen).length === 0;
  console.log(`${screen}: ${bytes} of ${LIMIT} bytes in ${all.size} files`);
}
if (failed) process.exitCode = 1;
