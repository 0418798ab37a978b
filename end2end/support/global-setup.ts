// What runs before the first test and after the last? Three Porticos and their providers. A panic in a log fails the run.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beside, longWords, markdown, minutes, pictures } from "./library.ts";
import { ports } from "./ports.ts";
import { type Server, node, ready, run, start, stop } from "./servers.ts";
import { certifiedConfig, demoConfig, portico, root, severalConfig, sites, work } from "./sites.ts";

const SERVES = /Portico is at/;
const PROVIDER_IS_READY = /the provider is ready/;

export default async function setup(): Promise<() => Promise<void>> {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const file = (name: string) => path.join(work, name);
  writeFileSync(file("demo.toml"), demoConfig);
  writeFileSync(file("certified.toml"), certifiedConfig);
  writeFileSync(file("several.toml"), severalConfig);

  mkdirSync(file("minutes"));
  for (const document of minutes) writeFileSync(file(`minutes/${document.file}`), markdown(document));
  mkdirSync(file("long-words"));
  for (const document of longWords) writeFileSync(file(`long-words/${document.file}`), markdown(document));
  mkdirSync(file("pictures/img"), { recursive: true });
  for (const document of pictures) writeFileSync(file(`pictures/${document.file}`), markdown(document));
  for (const [name, content] of Object.entries(beside)) writeFileSync(file(`pictures/${name}`), content);

  // A repository that is pulled. Its only file is a draft: the lists of other tests stay as they are.
  mkdirSync(file("pulled"));
  writeFileSync(file("pulled/plan.md"), "---\ndraft: true\n---\n# Plan\n");
  const who = ["-c", "user.name=Erin", "-c", "user.email=erin@example.com"];
  for (const args of [["init", "--quiet"], ["add", "--all"], [...who, "commit", "--quiet", "--message", "plan"]]) {
    run(file("pulled.log"), "git", ["-C", file("pulled"), ...args]);
  }

  const servers: Server[] = [];
  try {
    // The certified provider starts last: Portico must serve before its provider does, and find it once it is there.
    const demo = start("demo", sites.demo.log, portico, ["serve", "--demo", "--config", file("demo.toml")], {
      PORTICO_DEMO_REVEAL_TOKENS: "1",
    });
    servers.push(demo);
    for (const folder of [path.join(root, "crates/demo/documents"), file("minutes"), file("long-words"), file("pictures")]) {
      run(sites.certified.log, portico, ["import", folder, "--owner", "carol", "--config", file("certified.toml")]);
    }
    const certified = start("certified", sites.certified.log, portico, ["serve", "--config", file("certified.toml")]);
    servers.push(certified);
    const choice = start("several", file("several.log"), portico, ["serve", "--config", file("several.toml")]);
    servers.push(choice);
    await Promise.all([ready(demo, PROVIDER_IS_READY), ready(certified, SERVES), ready(choice, SERVES)]);
    run(sites.demo.log, portico, ["import", file("minutes"), "--demo", "--config", file("demo.toml")]);
    const provider = start("provider", file("provider.log"), node(), [
      path.join(import.meta.dirname, "certified-provider.mjs"), String(ports.certifiedProvider), sites.certified.url,
    ]);
    servers.push(provider);
    await ready(provider, /certified provider at/);
    await ready(certified, PROVIDER_IS_READY, 60);
  } catch (problem) {
    await Promise.all(servers.map(stop));
    throw problem;
  }

  return async () => {
    await Promise.all(servers.map(stop));
    for (const { name, log } of servers) {
      const panic = readFileSync(log, "utf8").split("\n").find((line) => /panicked at|stack backtrace/.test(line));
      if (panic) throw new Error(`${name} panicked: ${panic}\n(${log})`);
    }
  };
}
