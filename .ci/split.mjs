// Cuts the app that Trunk built into the part that every page needs and the parts of src/app/parts.rs, which load later.
//   node split.mjs CARGO_WASM DIST
//
// The cut is made in what cargo linked, before wasm-bindgen, which throws the linker's notes away. So Trunk's script and
// wasm only say under which names and digests the page knows them; both are made anew here and take their places.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What wasm-opt may count on: what every browser with SIMD has. */
const FEATURES = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types',
  'multivalue', 'call-indirect-overlong', 'simd'].map(feature => `--enable-${feature}`);

const [linked, dist] = process.argv.slice(2);
const work = join(dirname(linked), 'split');
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
// What a tool says is shown if it fails.
const run = (tool, ...args) => execFileSync(tool, args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** `text` with `from`, which must be in it, replaced by `to`. */
function replaced(text, from, to) {
  const matched = text.replace(from, () => to);
  if (matched === text) throw new Error(`${from} is not where it was: did a tool's version change?`);
  return matched;
}

run('wasm-split-cli', linked, work, '--target', 'web', '--out-name', 'app');
const parts = readdirSync(work).filter(name => /^(split|chunk)_.*\.wasm$/.test(name));
if (!parts.length) throw new Error(`${linked} has no parts: was it built with the feature "split"?`);
// Parts call into the first file through its table of functions, which is the linker's export.
run('wasm-bindgen', '--keep-lld-exports', '--target', 'web', '--no-typescript', '--out-dir', join(work, 'bound'), '--out-name', 'app', join(work, 'app.wasm'));
const optimised = from => {
  run('wasm-opt', '-O3', ...FEATURES, '-o', `${from}.small`, from);
  return readFileSync(`${from}.small`);
};

// The tool's loader becomes a piece of the app's script: one file, and one place from which parts come.
const texts = [join(work, '__wasm_split.js'), join(work, 'bound', 'app.js')].map(path => readFileSync(path, 'utf8'));
const main = optimised(join(work, 'bound', 'app_bg.wasm'));
const files = parts.map(name => [name, optimised(join(work, name))]);
const hash = createHash('sha256');
[...texts, main, ...files.map(([, bytes]) => bytes)].forEach(piece => hash.update(piece));
const stem = `app-${hash.digest('hex').slice(0, 16)}`;
const named = name => `${stem}_${name.replace(/^split_/, '')}`;
let loader = replaced(texts[0], /import \{ initSync \} from .*\n/, '');
for (const [name] of files) loader = replaced(loader, `fetch(new URL("./${name}", import.meta.url))`, `part("${named(name)}")`);
const loads = [...loader.matchAll(/export const (\w+)/g)].map(([, name]) => name);
const script = replaced(
  texts[1].replaceAll(/("\.\/__wasm_split\.js": )import\d+/g, '$1loaders'),
  /(^import \* as import\d+ from "\.\/__wasm_split\.js";?\n)+/m,
  `const loaders = (() => {
// A page that brings the parts along, as one file, answers for them: a promise of a response by the part's name.
const part = name => {
    const file = globalThis.throughlinePart?.(name) ?? fetch(new URL(name, import.meta.url));
    // Of several that fail only the first is looked at.
    file.catch(() => {});
    return file;
};
${loader.replaceAll('export const', 'const')}
return { ${loads.join(', ')} };
})();
`,
);

// In the page, the new files take the places of Trunk's.
const old = { js: /^app-\w+\.js$/, wasm: /^app-\w+_bg\.wasm$/ };
let page = readFileSync(join(dist, 'index.html'), 'utf8');
const digest = bytes => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
for (const [kind, bytes] of [['js', Buffer.from(script)], ['wasm', main]]) {
  const name = readdirSync(dist).find(name => old[kind].test(name));
  page = replaced(page, digest(readFileSync(join(dist, name))), digest(bytes));
  rmSync(join(dist, name));
}
page = page.replaceAll(/app-\w+?(?=\.js|_bg\.wasm)/g, stem);
writeFileSync(join(dist, 'index.html'), page);
writeFileSync(join(dist, `${stem}.js`), script);
writeFileSync(join(dist, `${stem}_bg.wasm`), main);
for (const [name, bytes] of files) writeFileSync(join(dist, named(name)), bytes);
