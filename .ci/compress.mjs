// Writes a .br and a .gz twin beside every file of a folder that shrinks by it.  node compress.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const SHRINKS = /\.(html|js|mjs|css|json|svg|txt|wasm|map)$/;
const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true }).filter(name => SHRINKS.test(name));
if (!files.length) throw new Error(`${folder} holds nothing to compress: was the app built?`);

for (const name of files) {
  const path = join(folder, name);
  const whole = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
  for (const [suffix, small] of [['br', brotliCompressSync(whole, { params })], ['gz', gzipSync(whole, { level: 9 })]]) {
    if (small.length < whole.length) writeFileSync(`${path}.${suffix}`, small);
  }
}
