#!/usr/bin/env python3
"""Glewlwyd (Debian `glewlwyd`) in the folder argv[1]: SQLite, one key, one person, one client. Becomes the server.

Set up through its own administration interface, as an operator would; then it is started anew."""

import json, os, socket, sqlite3, subprocess, sys, time, urllib.error, urllib.request

folder = os.path.abspath(sys.argv[1])
root = os.path.join(os.environ["PORTICO_INTEROP"], "root")
library = os.path.join(root, "usr/lib")
client, secret, password = (os.environ[name] for name in ("CLIENT", "SECRET", "PASSWORD"))
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
base = f"http://localhost:{port}"
issuer = f"{base}/api/oidc"

with open(os.path.join(root, "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")) as schema:
    database = sqlite3.connect(os.path.join(folder, "glewlwyd.db"))
    database.executescript(schema.read())
    database.close()

os.mkdir(os.path.join(folder, "none"))
modules = "".join(
    f'{name}_module_path="{place}"\n'
    for name, place in [
        ("user", f"{library}/glewlwyd/user"), ("user_middleware", f"{folder}/none"),
        ("client", f"{library}/glewlwyd/client"), ("user_auth_scheme", f"{library}/glewlwyd/scheme"),
        ("plugin", f"{library}/glewlwyd/plugin"),
    ]
)
config = os.path.join(folder, "glewlwyd.conf")
with open(config, "w") as file:
    file.write(f"""
port={port}
bind_address="127.0.0.1"
external_url="{base}"
login_url="login.html"
api_prefix="api"
static_files_path="{root}/usr/share/glewlwyd/webapp/"
log_mode="console"
log_level="INFO"
cookie_domain="localhost"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
hash_algorithm="SHA512"
{modules}
database = {{ type = "sqlite3" path = "{folder}/glewlwyd.db" }};
static_files_mime_types = ( {{ extension = ".html" mime_type = "text/html" compress = 0 }} )
""")

multiarch = os.path.join(library, sys.implementation._multiarch)
environment = {**os.environ, "LD_LIBRARY_PATH": multiarch}
command = [os.path.join(root, "usr/bin/glewlwyd"), f"--config-file={config}"]
log = open(os.path.join(folder, "server.log"), "a")
server = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
session = []


def say(method, path, body=None):
    request = urllib.request.Request(f"{base}/api/{path}", method=method)
    request.add_header("content-type", "application/json")
    if session:
        request.add_header("cookie", session[0])
    data = None if body is None else json.dumps(body).encode()
    try:
        with browser.open(request, data, timeout=30) as answer:
            session.extend(line.split(";")[0] for line in answer.headers.get_all("set-cookie") or [])
            said = answer.read()
            return json.loads(said) if said else None
    except urllib.error.HTTPError as error:
        sys.exit(f"glewlwyd answers {error.code} to {method} {path}: {error.read()[:2000]}")


for _ in range(300):
    try:
        browser.open(f"{base}/config", timeout=5)
        break
    except OSError:
        time.sleep(0.1)

say("POST", "auth/", {"username": "admin", "password": "password"})
for scope in ("profile", "email"):
    say("POST", "scope/", {"name": scope, "display_name": scope, "password_required": False, "scheme": {}})
scopes = ["openid", "profile", "email"]
say("POST", "user/", {
    "username": "alice", "name": "Alice Archer", "email": "alice@portico.example", "enabled": True,
    "password": password, "scope": scopes,
})
# As it comes, a client cannot have several addresses to come back to after signing out, which is what the plugin reads.
clients = say("GET", "mod/client/database")
clients["parameters"]["data-format"]["post_logout_redirect_uris"] = {"multiple": True, "read": True, "write": True}
say("PUT", "mod/client/database", clients)
say("PUT", "mod/client/database/reset")
say("POST", "client/", {
    "client_id": client, "name": "Portico", "enabled": True, "confidential": True, "password": secret, "client_secret": secret,
    "redirect_uri": [os.environ["CALLBACK"]],
    "post_logout_redirect_uris": [os.environ["SIGNED_OUT"]],
    "backchannel_logout_uri": os.environ["BACK_CHANNEL"],
    "authorization_type": ["code", "refresh_token"],
    "token_endpoint_auth_method": ["client_secret_basic"],
})
keys = subprocess.check_output([
    os.path.join(os.environ["PORTICO_INTEROP"], "canaille/bin/python"), "-c",
    'from joserfc import jwk; import json; '
    'print(json.dumps(jwk.RSAKey.generate_key(2048, {"alg": "RS256"}, auto_kid=True).as_dict(private=True)))',
])
say("POST", "mod/plugin/", {
    "module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "order_rank": 0, "readonly": False,
    "parameters": {
        "iss": issuer, "subject-type": "public",
        "jwks-private": json.dumps({"keys": [json.loads(keys)]}), "jwks-show": True,
        "jwt-type": "rsa", "jwt-key-size": "256",
        "access-token-duration": 600, "refresh-token-duration": 3600, "code-duration": 60,
        "refresh-token-rolling": True, "refresh-token-one-use": "always",
        "allow-non-oidc": False,
        "auth-type-code-enabled": True, "auth-type-code-revoke-replayed": True, "auth-type-refresh-enabled": True,
        "auth-type-token-enabled": False, "auth-type-id-token-enabled": True, "auth-type-none-enabled": False,
        "auth-type-password-enabled": False, "auth-type-client-enabled": True, "auth-type-device-enabled": False,
        "allowed-scope": scopes, "name-claim": "mandatory", "email-claim": "mandatory", "scope-claim": "no",
        "pkce-allowed": True, "pkce-method-plain-allowed": False, "pkce-required": True,
        "introspection-revocation-allowed": True, "introspection-revocation-allow-target-client": True,
        "session-management-allowed": True, "session-cookie-name": "GLEWLWYD2_OIDC_SID",
        "session-cookie-expiration": 2419200,
        "front-channel-logout-allowed": True, "back-channel-logout-allowed": True,
        "oauth-as-iss-id": True, "request-parameter-allow": False,
    },
})
server.terminate()
server.wait(30)
print(json.dumps({"issuer": issuer}), flush=True)
null = os.open(os.devnull, os.O_RDWR)
os.dup2(log.fileno(), 1)
os.dup2(log.fileno(), 2)
os.execve(command[0], command, environment)
