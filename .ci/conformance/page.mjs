// Which test proves which rule? Reads rules.tsv and modules.tsv beside this file and the names of all tests, and prints
// docs/conformance.md. `--missing` prints instead the rules that no test carries.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const table = (name) =>
  readFileSync(new URL(name, import.meta.url), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
const rules = table("rules.tsv");
const modules = table("modules.tsv");

const grep = (pattern, ...paths) => {
  try {
    return execFileSync("git", ["grep", "-n", "--untracked", "-E", pattern, "--", ...paths], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
  } catch (nothing) {
    return [];
  }
};
const tests = new Map();
const note = (id, file, name) => tests.set(id, [...(tests.get(id) ?? []), { file, name }]);

const prefix = new RegExp(`^(${[...new Set(rules.map(([id]) => id.split("-")[0].toLowerCase()))].join("|")})_(\\d+)(?=_)`);
for (const line of grep("^ *(pub )?(async )?fn [a-z]+_[0-9]+_", "*.rs")) {
  const [, file, name] = line.match(/^([^:]+):\d+:\s*(?:pub )?(?:async )?fn (\w+)/) ?? [];
  // A test may carry several ids, as in `ck_1_ck_2_…`.
  for (let rest = name ?? "", found; (found = rest.match(prefix)); rest = rest.slice(found[0].length + 1)) {
    note(`${found[1].toUpperCase()}-${found[2]}`, file, name);
  }
}
for (const line of grep("\\b(test|it|describe)(\\.[a-z]+)*\\(", "end2end/*.ts")) {
  const [, file, title] = line.match(/^([^:]+):\d+:.*?\b(?:test|it|describe)(?:\.[a-z]+)*\(\s*[`"']([^`"']+)/) ?? [];
  for (const id of (title ?? "").match(/\b[A-Z]{2,3}-\d+\b/g) ?? []) note(id, file, title);
}

// A fourth column says that a rule is for later: it is listed, and needs no test yet.
const missing = rules.filter(([id, , , later]) => !later && !tests.has(id)).map(([id]) => id);
if (process.argv.includes("--missing")) {
  console.log(missing.join(" "));
  process.exit(missing.length ? 1 : 0);
}

const shown = (id) => {
  const found = tests.get(id) ?? [];
  const files = new Map();
  for (const { file, name } of found) files.set(file, [...(files.get(file) ?? []), `\`${name.replaceAll("|", "\\|")}\``]);
  return [...files].map(([file, names]) => `${file}: ${names.join(", ")}`).join("<br>") || "none yet";
};
const count = [...new Set([...tests.values()].flat().map(({ file, name }) => `${file}:${name}`))].length;
console.log(`# Conformance

<!-- Made by .ci/rules --write from .ci/conformance/ and the names of the tests; do not edit. -->

Which test proves which rule of sign-in, sessions and tokens. ${rules.length} rules, ${count} tests that carry their ids. A test's name begins with
the id of the rule it would fail for. \`Core\`, \`Discovery\` and the logout specifications are those of OpenID Connect 1.0; \`ASVS\` is OWASP ASVS 5.0.

## Rules

| id | what can be observed | written in | proved by |
|---|---|---|---|
${rules.map(([id, what, source]) => `| ${id} | ${what} | ${source} | ${shown(id)} |`).join("\n")}

## Relying-party modules of the OpenID Foundation

The suite itself is not run here; each module's case is played by the hostile provider of the tests.

| plan | module | rules |
|---|---|---|
${modules.map(([plan, module, ids]) => `| ${plan} | ${module.startsWith("oidcc") ? `\`${module}\`` : module} | ${ids.startsWith("- ") ? `not offered: ${ids.slice(2)}` : ids} |`).join("\n")}`);
