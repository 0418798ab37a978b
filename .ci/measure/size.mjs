// How much does a browser load the first time, and how large is the program? `node size.mjs release` fails if what lies in
// target/dist is larger than promised.

import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { root } from "./site.mjs";

/** Bytes of the shipped files with this ending, raw and as brotli. */
export function shipped(ending) {
  const folder = path.join(root, "target/dist/site/pkg");
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  return files.reduce(
    ({ raw, brotli: sum }, name) => {
      const bytes = readFileSync(path.join(folder, name));
      return { raw: raw + bytes.length, brotli: sum + brotli(bytes) };
    },
    { raw: 0, brotli: 0 },
  );
}

/** Most bytes of a program that is shipped, its symbols taken out. */
export const MAX_PROGRAM = 60_000_000;

/** Most bytes, as brotli, that a browser loads the first time: WebAssembly and script. */
export const MAX_FIRST_LOAD = 210_000;

/** Bytes of a program; of the shipped one if nothing else is said. */
export function program(file = path.join(root, "target/dist/portico")) {
  return statSync(file).size;
}

/** Why a first load must not be shipped; nothing if it may be. */
export function tooHeavy(bytes, profile) {
  if (profile !== "release" || bytes <= MAX_FIRST_LOAD) return undefined;
  return `WebAssembly and script have ${(bytes / 1e3).toFixed(1)} kB as brotli; at most ${MAX_FIRST_LOAD / 1e3} kB are promised`;
}

/** Why a program must not be shipped; nothing if it may be. */
export function tooLarge(bytes, profile) {
  if (profile !== "release" || bytes < MAX_PROGRAM) return undefined;
  const megabytes = (count) => `${(count / 1e6).toFixed(1)} MB`;
  return `target/dist/portico has ${megabytes(bytes)}; less than ${megabytes(MAX_PROGRAM)} is promised. Are its symbols in it?`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const load = shipped(".wasm").brotli + shipped(".js").brotli;
  console.error(`· first load: ${(load / 1e3).toFixed(1)} kB of WebAssembly and script as brotli`);
  const fault = tooLarge(program(), process.argv[2]) ?? tooHeavy(load, process.argv[2]);
  if (fault) {
    console.error(`✗ ${fault}`);
    process.exit(1);
  }
}
