#!/usr/bin/env bash
# Canaille (PyPI `canaille`) in the folder $1: SQLite, one key, one person, one client. Becomes the server.
set -euo pipefail
cd "$1"
bin=$PORTICO_INTEROP/canaille/bin
port=$("$bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
key=$("$bin/python" -c '
from joserfc import jwk
key = jwk.RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
print(", ".join(f"{name} = \"{value}\"" for name, value in key.items()))')
cat >canaille.toml <<TOML
SECRET_KEY = "$(head -c 24 /dev/urandom | base64)"
SERVER_NAME = "127.0.0.1:$port"
PREFERRED_URL_SCHEME = "http"

[CANAILLE]
DATABASE = "sql"
EMAIL_CONFIRMATION = false

[CANAILLE_SQL]
DATABASE_URI = "sqlite:///$PWD/canaille.sqlite"

[CANAILLE_OIDC]
ACTIVE_JWKS = [{ $key }]
# Everybody is asked for consent.
TRUSTED_DOMAINS = []

[OAUTH2_TOKEN_EXPIRES_IN]
authorization_code = 600
refresh_token = 600
TOML
export CANAILLE_CONFIG=$PWD/canaille.toml
{
    "$bin/canaille" install
    "$bin/canaille" create user --quiet --user-name alice --password "$PASSWORD" --emails alice@portico.example \
        --given-name Alice --family-name Archer --formatted-name "Alice Archer"
    "$bin/canaille" create client --quiet --client-id "$CLIENT" --client-secret "$SECRET" --client-name Portico \
        --client-uri http://portico.example --redirect-uris "$CALLBACK" --post-logout-redirect-uris "$SIGNED_OUT" \
        --grant-types authorization_code --grant-types refresh_token --response-types code \
        --scope openid --scope profile --scope email --scope groups --token-endpoint-auth-method client_secret_basic \
        --id-token-signed-response-alg RS256
    # An ID token is for its audience; without this Canaille names nobody.
    "$bin/canaille" set client --quiet --audience "$CLIENT" "$CLIENT"
} >setup.log 2>&1 || { cat setup.log >&2; exit 1; }
echo "{\"issuer\": \"http://127.0.0.1:$port\"}"
exec "$bin/flask" --app canaille:create_app run --port "$port" >server.log 2>&1
