// Who signs in, and what is each of them there to show? The same five people at both providers.

export interface Person {
  subject: string;
  name: string;
  groups: string[];
  job?: string;
  admin?: boolean;
}

export const alice: Person = { subject: "alice", name: "Alice Archer", groups: ["Engineering"] };
export const bob: Person = { subject: "bob", name: "Bob Baker", groups: ["Marketing"] };
export const carol: Person = { subject: "carol", name: "Carol Chen", groups: [], job: "CEO" };
export const dave: Person = { subject: "dave", name: "Dave Dunn", groups: [] };
export const erin: Person = { subject: "erin", name: "Erin Evans", groups: [], admin: true };

export const people = [alice, bob, carol, dave, erin];

/** With a name, an address and groups that are longer than any window; at the certified provider alone. */
export const lena: Person = { subject: "lena", name: "Lena", groups: ["Lindwurm"] };

/** In so many groups that her ID token is too long for an address; at the certified provider alone. */
export const gina: Person = { subject: "gina", name: "Gina Groth", groups: [] };
