// Which Porticos are tested, and how is each configured? One is `portico serve --demo`; the other has a certified
// OpenID Provider and a portico.toml as a stranger would write it. A third
// knows both providers, for the pages where somebody chooses.

import path from "node:path";
import { ports } from "./ports.ts";

export const root = path.resolve(import.meta.dirname, "../..");
export const work = path.join(root, "end2end/test-results/servers");
/** The folder `make build` made, or a copy of it. */
export const dist = process.env.PORTICO_END2END_DIST ?? path.join(root, "target/dist");
export const portico = path.join(dist, "portico");

export const API = "https://api.portico.example";
export const SCOPES = ["openid", "profile", "email", "offline_access", "messages:read", "messages:admin"];

export type Issuer = "demo" | "certified";

export interface Site {
  url: string;
  /** The provider's origin. */
  provider: string;
  /** Where the provider lists what it issued: `[{ kind, value }]`. */
  issued: string;
  /** Standard output and error of Portico. */
  log: string;
}

export const sites: Record<Issuer, Site> = {
  demo: {
    url: `http://localhost:${ports.demo}`,
    provider: `http://localhost:${ports.demoProvider}`,
    issued: `http://localhost:${ports.demoProvider}/demo/issued`,
    log: path.join(work, "demo.log"),
  },
  certified: {
    url: `http://localhost:${ports.certified}`,
    provider: `http://localhost:${ports.certifiedProvider}`,
    issued: `http://localhost:${ports.certifiedProvider}/issued`,
    log: path.join(work, "certified.log"),
  },
};

const common = (port: number, name: string) => `
public_url = "http://localhost:${port}"
listen = "127.0.0.1:${port}"
database_url = "sqlite:${path.join(work, name)}.db"
policies = "${path.join(root, "policies")}"
site_root = "${path.join(dist, "site")}"
log = "info,bff=trace,server=debug"
`;

export const demoConfig = `${common(ports.demo, "demo")}
demo_listen = "127.0.0.1:${ports.demoProvider}"

[session]
keys_file = "${path.join(work, "demo.keys")}"

[[sources]]
name = "pulled"
git = "${path.join(work, "pulled")}"
owner = "demo:erin"
`;

export const certifiedConfig = `${common(ports.certified, "certified")}
[session]
keys_file = "${path.join(work, "certified.keys")}"

[[providers]]
id = "acme"
title = "Acme"
issuer = "${sites.certified.provider}"
client_id = "portal"
client_secret = "a secret known to both sides, thirty-two"
scopes = ${JSON.stringify(SCOPES)}
resource = "${API}"

[api]
audience = "${API}"
`;

/** Where two providers are offered, one by a name wider than a window; nobody signs in there. */
export const several = `http://localhost:${ports.several}`;

export const severalConfig = `${common(ports.several, "several")}
[session]
keys_file = "${path.join(work, "several.keys")}"

[[providers]]
id = "acme"
title = "Acme"
issuer = "${sites.certified.provider}"
client_id = "portal"
device_sign_in = true

[[providers]]
id = "other"
title = "${"Longer".repeat(20)}"
issuer = "${sites.demo.provider}"
client_id = "portal"
device_sign_in = true
`;
