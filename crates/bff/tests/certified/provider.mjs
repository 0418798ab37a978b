// A certified OpenID Provider (npm `oidc-provider`) with everything switched on that Portico can use. The tests run it as
// `node provider.mjs PLAN`; it listens on a free loopback port, writes one line `{"issuer": …}`, and ends with its standard
// input. PLAN is JSON: `clients` as registered by an operator, `dpop_nonce` to ask every proof for a nonce, `strict_offline` to give refresh
// tokens by the letter of OpenID Connect Core 1.0 §11 only (`offline_access` together with `prompt=consent`), `class_ignored` to sign people in
// by password whatever `acr_values` asks for.
//
// Beside the provider's own addresses there are four for the tests: `GET /-/seen` (requests and what was issued),
// `POST /-/rotate` (other keys, everything else stays), `POST /-/forget` (what was seen), `POST /-/later` (five minutes pass).

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const library = (file) => import(new URL(`../../../../end2end/node_modules/oidc-provider/lib/${file}`, import.meta.url));
const { default: Provider, interactionPolicy } = await library("index.js");
const { createMemoryAdapter } = await library("adapters/memory_adapter.js");
// What it says about itself being a quick start is known; errors are said on standard error.
console.info = console.warn = () => {};

const plan = JSON.parse(process.argv[2]);
const SCOPES = "messages:read messages:write";
const APIS = { "https://api.portico.example": "jwt", "https://opaque.portico.example": "opaque" };
const people = {
  alice: { name: "Alice Archer", groups: ["Engineering"] },
  bob: { name: "Bob Baker", groups: ["Marketing"] },
};
const cookieKey = randomBytes(32).toString("hex");
const nonceSecret = randomBytes(32);
// One memory for what comes before and after a change of keys.
const adapter = createMemoryAdapter(15);

let seen = { requests: [], issued: [], told: [] };
let generation = 0;
let ahead = 0;
const now = Date.now;
Date.now = () => now() + ahead;

function keys() {
  generation += 1;
  const key = (type, options, alg) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
    kid: `${alg}-${generation}`,
    use: "sig",
    alg,
  });
  return [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")];
}

// The class that is asked for first, or the only one there is.
function classOf({ acr_values: asked }) {
  return plan.class_ignored || !asked ? "urn:portico:password" : asked.split(" ")[0];
}

// Left to itself it takes `acr_values` as a wish that a session it has fulfils: people are asked again where it does not.
function policy() {
  const made = interactionPolicy.base();
  const asks = ({ oidc }) => oidc.session.acr !== classOf(oidc.params) && !oidc.result?.login;
  made.get("login").checks.add(new interactionPolicy.Check("class", "another class is asked for", asks));
  return made;
}

function configuration() {
  return {
    adapter,
    clients: plan.clients,
    ...(plan.client_auth_methods ? { clientAuthMethods: plan.client_auth_methods } : {}),
    jwks: { keys: keys() },
    cookies: { keys: [cookieKey] },
    claims: { acr: null, email: ["email"], profile: ["name", "groups"] },
    acrValues: ["urn:portico:password", "urn:portico:second-factor"],
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@portico.example`, ...people[id] }),
    }),
    interactions: { policy: policy() },
    rotateRefreshToken: true,
    // Left to itself it tells nothing to sites on private addresses, which is where a test has its site.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    ...(plan.strict_offline ? {} : { issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token") }),
    features: {
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: true, nonceSecret, requireNonce: () => plan.dpop_nonce === true },
      introspection: { enabled: true },
      jwtResponseModes: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true, initialAccessToken: plan.initial_access_token ?? false },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      requestObjects: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: (_, resource) => ({
          audience: resource,
          scope: SCOPES,
          accessTokenFormat: APIS[resource] ?? "opaque",
          accessTokenTTL: 300,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    ttl: {
      AccessToken: 300,
      ClientCredentials: 300,
      DeviceCode: 600,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
  };
}

function remember(ctx) {
  const { authorization = "", dpop } = ctx.headers;
  const fields = ctx.oidc?.body ?? {};
  seen.requests.push({
    path: ctx.path,
    status: ctx.status,
    scheme: authorization.split(" ")[0].toLowerCase(),
    dpop: dpop !== undefined,
    query: Object.fromEntries(new URLSearchParams(ctx.querystring)),
    // What was asked for in the end, pushed or not.
    asked: ctx.oidc?.route === "authorization" ? { ...ctx.oidc.params } : undefined,
    fields: Object.keys(fields),
    grant: fields.grant_type,
  });
  for (const kind of ["access_token", "refresh_token", "id_token", "request_uri"]) {
    const value = ctx.body?.[kind];
    if (typeof value === "string") seen.issued.push({ kind, value, type: ctx.body.token_type });
  }
}

function provider() {
  const made = new Provider(issuer, configuration());
  made.use(async (ctx, next) => {
    await next();
    remember(ctx);
  });
  // The pages of a quick start know who signs in, and not how.
  const finished = made.interactionFinished.bind(made);
  made.interactionFinished = async (request, response, result, options) => {
    const { params } = await made.interactionDetails(request, response);
    if (result.login) result.login.acr = classOf(params);
    return finished(request, response, result, options);
  };
  made.on("server_error", (_, error) => console.error(error));
  made.on("backchannel.success", (_, client) => seen.told.push({ client: client.clientId, heard: true }));
  made.on("backchannel.error", (_, error, client) => seen.told.push({ client: client.clientId, heard: false, error: `${error.cause ?? error}` }));
  return made.callback();
}

const tests = {
  "GET /-/seen": () => seen,
  "POST /-/forget": () => (seen = { requests: [], issued: [], told: [] }),
  "POST /-/later": () => (ahead += 5 * 60 * 1000),
  "POST /-/rotate": () => {
    answer = provider();
    return { generation };
  },
};

const server = createServer((request, response) => {
  const test = tests[`${request.method} ${request.url}`];
  if (!test) return answer(request, response);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(test()));
});
let issuer;
let answer;
server.listen(0, "127.0.0.1", () => {
  issuer = `http://localhost:${server.address().port}`;
  answer = provider();
  console.log(JSON.stringify({ issuer }));
});
process.stdin.on("end", () => process.exit()).resume();
