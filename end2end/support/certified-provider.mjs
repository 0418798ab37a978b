// A certified OpenID Provider (npm `oidc-provider`) with the same five people as the demo and two more, set up the way an operator
// would: a client registered beforehand, JWT access tokens for one API, groups as a claim. Run by global-setup.ts as
// `node certified-provider.mjs PORT CLIENT_ORIGIN`.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import Provider, { interactionPolicy } from "oidc-provider";

const [port, client] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const API = "https://api.portico.example";

const people = {
  alice: { name: "Alice Archer", groups: ["Engineering"] },
  bob: { name: "Bob Baker", groups: ["Marketing"] },
  carol: { name: "Carol Chen", groups: [], job_title: "CEO" },
  dave: { name: "Dave Dunn", groups: [] },
  erin: { name: "Erin Evans", groups: [], roles: ["Admin"] },
  gina: { name: "Gina Groth", groups: [], memberships: Array.from({ length: 150 }, () => randomUUID()) },
};

// Everything about her is one word without end.
const word = "Donaudampfschifffahrt".repeat(10);
people.lena = { name: `Lena${word} ${word}`, email: `${word}@${"example.".repeat(12)}org`, groups: ["Lindwurm", word], roles: [word], job_title: word };

const key = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  kid: alg,
  use: "sig",
  alg,
});

const issued = [];
const remember = (kind, value) => value && issued.push({ kind, value });

// People consent to what the operator registered; the administrators' scope is the administrators'.
const policy = interactionPolicy.base();
policy.get("consent").checks.remove("rs_scopes_missing");

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "portal",
      client_secret: "a secret known to both sides, thirty-two",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: [`${client}/auth/callback/acme`],
      post_logout_redirect_uris: [`${client}/auth/signed-out`],
    },
  ],
  jwks: { keys: [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")] },
  cookies: { keys: ["only for this run"], long: { sameSite: "none" } },
  claims: { openid: ["sub", "memberships"], email: ["email"], profile: ["name", "given_name", "family_name", "picture", "groups", "roles", "job_title"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@portico.example`,
      given_name: people[id]?.name.split(" ")[0],
      family_name: people[id]?.name.split(" ")[1],
      ...people[id],
    }),
  }),
  interactions: { policy },
  // A sign-out too long for an address is posted (RP-Initiated Logout 1.0 §2).
  enableHttpPostMethods: true,
  issueRefreshToken: (_, by) => by.grantTypeAllowed("refresh_token"),
  async loadExistingGrant(ctx) {
    const { account, client: by, session } = ctx.oidc;
    const known = session.grantIdFor(by.clientId);
    if (known) return ctx.oidc.provider.Grant.find(known);
    const grant = new ctx.oidc.provider.Grant({ accountId: account.accountId, clientId: by.clientId });
    grant.addOIDCScope("openid profile email offline_access");
    const admin = people[account.accountId]?.roles?.includes("Admin");
    grant.addResourceScope(API, admin ? "messages:read messages:admin" : "messages:read");
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: () => ({
        audience: API,
        scope: "messages:read messages:admin",
        accessTokenFormat: "jwt",
        accessTokenTTL: 300,
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  ttl: { AccessToken: 300, IdToken: 300, Session: 3600, Grant: 3600, Interaction: 600, RefreshToken: 3600 },
});

provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.route === "token" && ctx.body) {
    remember("access_token", ctx.body.access_token);
    remember("refresh_token", ctx.body.refresh_token);
    remember("id_token", ctx.body.id_token);
  }
  const code = /[?&]code=([^&]+)/.exec(ctx.response.get("location") ?? "");
  if (code) remember("code", decodeURIComponent(code[1]));
});
provider.on("server_error", (_, error) => console.error(error));

// What is posted from another site needs cookies with `SameSite=None`, which browsers do not take over plain http. Here all
// ports are one site, and `Lax` does.
function withCookiesForHttp(response) {
  const setHeader = response.setHeader.bind(response);
  const changed = (cookies) => [cookies].flat().map((cookie) => cookie.replace(/samesite=none/i, "samesite=lax"));
  response.setHeader = (name, value) => setHeader(name, name.toLowerCase() === "set-cookie" ? changed(value) : value);
}

const answer = provider.callback();
createServer((request, response) => {
  withCookiesForHttp(response);
  if (request.url !== "/issued") return answer(request, response);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(issued));
}).listen(Number(port), "127.0.0.1", () => console.log(`certified provider at ${issuer}`));
