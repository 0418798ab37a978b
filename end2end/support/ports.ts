// Which ports do the servers of this run use? Free ones, chosen once by the process that reads the configuration first
// and handed to the others by environment.

import { execFileSync } from "node:child_process";

const NAME = "PORTICO_END2END_PORTS";

function free(count: number): number[] {
  // A process of its own: listening is asynchronous, and a configuration is read synchronously.
  const script = `
    const net = require("node:net");
    const servers = Array.from({ length: ${count} }, () => net.createServer().listen(0, "127.0.0.1"));
    Promise.all(servers.map((server) => new Promise((done) => server.on("listening", done)))).then(() => {
      process.stdout.write(servers.map((server) => server.address().port).join(" "));
      servers.forEach((server) => server.close());
    });`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).split(" ").map(Number);
}

process.env[NAME] ??= free(5).join(" ");
const [demo = 0, demoProvider = 0, certified = 0, certifiedProvider = 0, several = 0] = process.env[NAME].split(" ").map(Number);

export const ports = { demo, demoProvider, certified, certifiedProvider, several };
