// What happens when a token expires while fifty requests need it, at two replicas on one PostgreSQL? Asked of the program
// `crates/bff/tests/it/at_expiry.rs`, which plays both replicas and a provider that takes its time.

import { execFileSync } from "node:child_process";

import { root } from "./site.mjs";

export function atExpiry({ dev }) {
  const args = ["test", "--locked", "--quiet", ...(dev ? [] : ["--release"]), "--test", "at_expiry", "--", "--nocapture"];
  const said = execFileSync("cargo", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const [, found] = /^measured: (\{.*\})$/m.exec(said) ?? [];
  if (!found) throw new Error(`at_expiry told nothing: ${said}`);
  return JSON.parse(found);
}
