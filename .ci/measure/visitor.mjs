// A visitor without a browser: keeps cookies, follows links, signs in at the demo.

import http from "node:http";

let agent = new http.Agent({ keepAlive: true });

/** Forgets open connections: the server may have closed them while nobody looked. */
export function hangUp() {
  agent.destroy();
  agent = new http.Agent({ keepAlive: true });
}

export function visit(url, { jar, form } = {}) {
  const { host } = new URL(url);
  const cookies = [...(jar?.get(host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join("; ");
  const body = form && new URLSearchParams(form).toString();
  const headers = {
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": form ? "same-origin" : "none",
    ...(cookies && { cookie: cookies }),
    ...(body && { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body), origin: new URL(url).origin }),
  };
  return new Promise((done, failed) => {
    const request = http.request(url, { agent, method: form ? "POST" : "GET", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("error", failed);
      response.on("end", () => {
        for (const cookie of response.headers["set-cookie"] ?? []) {
          const [pair] = cookie.split(";");
          const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
          if (!jar) continue;
          if (!jar.has(host)) jar.set(host, new Map());
          if (value && !/max-age=0/i.test(cookie)) jar.get(host).set(name, value);
          else jar.get(host).delete(name);
        }
        const location = response.headers.location && new URL(response.headers.location, url).href;
        done({ status: response.statusCode, location, text });
      });
    });
    request.on("error", failed);
    request.end(body);
  });
}

const unescape = (text) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** From the click on "Sign in" to `page` behind it; answers the milliseconds and the cookies. `around` runs the callback. */
export async function signIn(origin, person = "alice", page = "/docs/1", around = (callback) => callback()) {
  const jar = new Map();
  const began = performance.now();
  const login = await visit(`${origin}/auth/login?return_to=${page}`, { jar });
  const choice = await visit(login.location, { jar });
  const form = Object.fromEntries(
    [...choice.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [unescape(name), unescape(value)]),
  );
  const [, picked] = new RegExp(`name="([^"]+)" value="${person}"`).exec(choice.text) ?? [];
  const [, action] = /<form method="post" action="([^"]+)"/.exec(choice.text) ?? [];
  if (!picked) throw new Error(`no ${person} at ${login.location}: ${choice.status} ${choice.text.slice(0, 300)}`);
  const back = await visit(new URL(unescape(action), login.location).href, { jar, form: { ...form, [picked]: person } });
  const callback = await around(() => visit(back.location, { jar }));
  const landed = await visit(callback.location, { jar });
  const took = performance.now() - began;
  if (landed.status !== 200 || !callback.location.endsWith(page)) throw new Error(`sign-in ended at ${callback.location}: ${landed.status}`);
  return { took, cookie: [...jar.get(new URL(origin).host)].map(([name, value]) => `${name}=${value}`).join("; ") };
}
