// How much does a browser load the first time?

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { root } from "./house.mjs";

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
