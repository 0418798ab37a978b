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
  /** Only at this site. */
  at?: Issuer;
  folder?: string;
  text?: string;
}

const documents = path.join(root, "crates/demo/documents");

function read(file: string): Written {
  const text = readFileSync(path.join(documents, file), "utf8");
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

/** A word that is wider than any window. */
export const word = "Donaudampfschifffahrt".repeat(8);
const address = `https://${"very-long-name.".repeat(6)}example/${"path".repeat(20)}`;
const lindwurm = { owner: "lena", groups: ["Lindwurm"], isPrivate: true, at: "certified" as const };

/** Whose names fit into no line, or are read from right to left; for one person alone. */
export const longWords: Written[] = [
  { ...lindwurm, file: "word.md", title: word, folder: `${word.slice(0, 84)}/${word.slice(0, 105)}`, groups: ["Lindwurm", word], text: `# ${word}\n\n${word}\n\n## ${word}\n\n- ${word}\n\n> ${word}\n\n| ${word} | b |\n|---|---|\n| c | ${word} |\n\n\`${word}\`\n\n    ${word}\n` },
  { ...lindwurm, file: "address.md", title: address, folder: address.replaceAll("/", "-"), text: `<${address}>\n\n[${address}](${address})\n\n${"> ".repeat(12)}deep\n\n${Array.from({ length: 12 }, (_, depth) => `${"  ".repeat(depth)}- ${word}`).join("\n")}\n` },
  { ...lindwurm, file: "arabic.md", title: "دليل المكتب", folder: "מסמכים", text: "فقرة قصيرة من النص.\n\nOne paragraph of text.\n" },
  { ...lindwurm, file: "folded.md", title: "Folded", text: "<details><summary>More</summary>\n\nAnd more.\n\n</details>\n" },
];

/** A document with pictures and a file beside it, one of them missing; for lena and the chief executive. */
export const pictures: Written[] = [
  { ...lindwurm, file: "pictures.md", title: "Pictures", text: "![A dot](img/dot.png)\n\n![A drawing](img/drawing.svg)\n\n![The lost map](img/lost.png)\n\n[The plan](plan.pdf)\n" },
];
export const beside: Record<string, Buffer> = {
  "img/dot.png": Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"),
  "img/drawing.svg": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/><script>alert("ran"); location.href = "/public?ran";</script></svg>'),
  "plan.pdf": Buffer.from("%PDF-1.4 plan"),
};

export function markdown({ title, owner, groups, isPrivate, folder, text }: Written): string {
  const folderLine = folder ? `folder: "${folder}"\n` : "";
  return `---\ntitle: "${title}"\nowner: ${owner}\ngroups: [${groups.join(", ")}]\nprivate: ${isPrivate}\n${folderLine}---\n\n${text ?? "Present: all. Decided: nothing."}\n`;
}

const files = readdirSync(documents).filter((name) => name.endsWith(".md")).sort();
export const library: Written[] = [...files.map(read), ...minutes, ...longWords, ...pictures];

/** Public to everybody signed in; a group's to its members; one's own; everything to the chief executive. */
export function mayRead(person: Person, document: Written, issuer: Issuer): boolean {
  if (document.at && document.at !== issuer) return false;
  const owner = document.owner || (issuer === "certified" ? "carol" : "");
  return (
    !document.isPrivate ||
    person.job === "CEO" ||
    owner === person.subject ||
    document.groups.some((group) => person.groups.includes(group))
  );
}
