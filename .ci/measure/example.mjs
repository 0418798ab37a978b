// A program of an `examples` folder, compiled; cargo says where it lies, whatever its target folder.

import { execFileSync } from "node:child_process";

import { root } from "./site.mjs";

export function example(name, { dev }) {
  const args = ["build", "--locked", "--quiet", ...(dev ? [] : ["--release"]), "--example", name, "--message-format=json"];
  const output = execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line)).find(({ executable }) => executable?.includes(name)).executable;
}
