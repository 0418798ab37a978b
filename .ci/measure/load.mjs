// How many requests a second does an address answer, how soon, and what does one cost the server?

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { processor } from "./site.mjs";

export const CONNECTIONS = 32;

/** A line of its own: a spread of 71.50% elsewhere is none of them. */
const line = (percent) => new RegExp(String.raw`^\s+${percent}%\s+([\d.]+)(us|ms|s|m)\s*$`, "m");

const milliseconds = (percent, said) => {
  const [, number, unit] = line(percent).exec(said);
  return Number(number) * { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit];
};

const DELETE = fileURLToPath(new URL("delete.lua", import.meta.url));

/** `cpu` is the server's processor time for one request, in milliseconds. What is `refused` is asked to be deleted, and never is. */
export function load({ port, pid }, { address, cookie, refused }, seconds) {
  const headers = [cookie && `Cookie: ${cookie}`, refused && "Sec-Fetch-Site: same-origin"].filter(Boolean).flatMap((line) => ["-H", line]);
  const method = refused ? ["-s", DELETE] : [];
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", ...method, ...headers, `http://127.0.0.1:${port}${address}`, "-H", `Host: localhost:${port}`];
  let [said, used] = ["", 0];
  // Now and then wrk knows no latency: then its other figures are of no use either.
  for (let turn = 0; turn < 3 && !line(50).test(said); turn += 1) {
    const before = processor(pid);
    said = execFileSync("wrk", args, { encoding: "utf8" });
    used = processor(pid) - before;
  }
  const done = Number(/(\d+) requests in/.exec(said)[1]);
  const others = Number(/Non-2xx or 3xx responses: (\d+)/.exec(said)?.[1] ?? 0);
  if (others !== (refused ? done : 0) || said.includes("Socket errors")) throw new Error(`${address}: ${said}`);
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]),
    p50: milliseconds(50, said),
    p99: milliseconds(99, said),
    cpu: used / done,
  };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const nearTop = (values) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];

/** The median of each figure, when `turns` are measured in turn, `rounds` times: what else the machine does meets all alike. */
export function inTurn(rounds, turns) {
  const found = Array.from({ length: rounds }, () => turns.map((turn) => turn()));
  return turns.map((_, index) => {
    const of = (what) => median(found.map((round) => round[index][what]));
    return { rate: Math.round(of("rate")), p50: of("p50"), p99: of("p99"), cpu: of("cpu") };
  });
}
