// A PostgreSQL of its own for the measuring: the installed binaries in a folder that is deleted afterwards, reached by a socket. `null` where none
// is installed. Durability is off, as only reading is measured.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const INSTALLED = "/usr/lib/postgresql";
const SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=512MB", "max_wal_size=4GB", "maintenance_work_mem=256MB"];

function binaries() {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => path.join(INSTALLED, version, "bin")).find((folder) => existsSync(path.join(folder, "initdb")));
}

/** PostgreSQL refuses to run as root, so that another user is taken there. */
function user() {
  if (process.getuid() !== 0) return {};
  const id = (which) => Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** An empty database, and how to end it. */
export async function postgres() {
  const bin = binaries();
  if (!bin) return null;
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-bench-"));
  const as = user();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = path.join(folder, "data");
  const options = { cwd: folder, stdio: "ignore", ...as };
  execFileSync(path.join(bin, "initdb"), ["-D", data, "-U", "portico", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], options);
  const settings = ["listen_addresses=", ...SETTINGS].flatMap((setting) => ["-c", setting]);
  const server = spawn(path.join(bin, "postgres"), ["-D", data, "-k", folder, ...settings], options);
  process.on("exit", () => server.kill("SIGKILL"));
  const ready = () => {
    try {
      execFileSync(path.join(bin, "createdb"), ["-h", folder, "-U", "portico", "portico"], options);
      return true;
    } catch {
      return false;
    }
  };
  for (let turn = 0; !ready(); turn += 1) {
    if (turn > 100) throw new Error("PostgreSQL does not start");
    await new Promise((next) => setTimeout(next, 100));
  }
  const stop = async () => {
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGINT"); // as "fast" shutdown
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { address: `postgres://portico@localhost/portico?host=${encodeURIComponent(folder)}`, folder, stop };
}
