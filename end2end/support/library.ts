// Which documents are there, and who may read them? Read from the Markdown files themselves and decided by the four rules
// as the handbook states them, in words of this file alone: a second opinion on the policy.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Person } from "./people.ts";
import { type Issuer, root } from "./sites.ts";

export interface Written {
  file: string;
  title: string;
  owner: string;
  groups: string[];
  isPrivate: boolean;
}

const folder = path.join(root, "crates/demo/documents");

function read(file: string): Written {
  const text = readFileSync(path.join(folder, file), "utf8");
  const fence = text.slice(0, 3);
  const head = text.slice(3, text.indexOf(`\n${fence}`, 3));
  const value = (name: string) => new RegExp(`^${name}\\s*[:=]\\s*(.*)$`, "m").exec(head)?.[1]?.trim() ?? "";
  const plain = (words: string) => words.trim().replace(/^["']|["']$/g, "");
  const list = value("groups").replace(/^\[|\]$/g, "") || [...head.matchAll(/^\s*-\s+(.*)$/gm)].map((item) => item[1]).join(",");
  return {
    file,
    title: plain(value("title")) || (/^# (.*)$/m.exec(text)?.[1] ?? ""),
    owner: plain(value("owner")),
    groups: list.split(",").map(plain).filter(Boolean),
    isPrivate: value("private") === "true",
  };
}

/** Enough to need a second page of the list; brought in with `portico import`. */
export const minutes: Written[] = Array.from({ length: 30 }, (_, index) => ({
  file: `minutes-${index + 1}.md`,
  title: `Minutes ${index + 1} of the engineers`,
  owner: "bob",
  groups: ["Engineering"],
  isPrivate: true,
}));

export function markdown({ title, owner, groups, isPrivate }: Written): string {
  return `---\ntitle: ${title}\nowner: ${owner}\ngroups: [${groups.join(", ")}]\nprivate: ${isPrivate}\n---\n\nPresent: all. Decided: nothing.\n`;
}

const files = readdirSync(folder).filter((name) => name.endsWith(".md")).sort();
export const library: Written[] = [...files.map(read), ...minutes];

/** Public to everybody signed in; a group's to its members; one's own; everything to the chief executive. */
export function mayRead(person: Person, document: Written, issuer: Issuer): boolean {
  const owner = document.owner || (issuer === "certified" ? "carol" : "");
  return (
    !document.isPrivate ||
    person.job === "CEO" ||
    owner === person.subject ||
    document.groups.some((group) => person.groups.includes(group))
  );
}
