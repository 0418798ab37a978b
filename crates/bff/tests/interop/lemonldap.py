#!/usr/bin/env python3
"""LemonLDAP::NG (Debian `liblemonldap-ng-portal-perl`) in the folder argv[1]: its portal alone, with the demonstration
accounts, one key, one client. Becomes the server."""

import json
import os
import socket
import subprocess
import sys

folder = os.path.abspath(sys.argv[1])
tools = os.environ["PORTICO_INTEROP"]
root = os.path.join(tools, "root")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
issuer = f"http://localhost:{port}"
for name in ("conf", "sessions/lock", "psessions/lock", "cache"):
    os.makedirs(os.path.join(folder, name))

make_keys = """
from joserfc import jwk; import json
key = jwk.RSAKey.generate_key(2048)
print(json.dumps([key.as_pem(private=True).decode(), key.as_pem(private=False).decode()]))
"""
private, public = json.loads(subprocess.check_output([os.path.join(tools, "canaille/bin/python"), "-c", make_keys]))
with open(os.path.join(root, "var/lib/lemonldap-ng/conf/lmConf-1.json")) as packaged:
    configuration = json.load(packaged)
rp = "oidcRPMetaDataOptions"


def at(*places):
    return os.path.join(folder, *places)


configuration.update({
    "portal": f"{issuer}/",
    "domain": "localhost",
    "locationRules": {"localhost": {"default": "accept"}},
    "globalStorageOptions": {"Directory": at("sessions"), "LockDirectory": at("sessions/lock"),
                             "generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256"},
    "persistentStorageOptions": {"Directory": at("psessions"), "LockDirectory": at("psessions/lock")},
    "localSessionStorageOptions": {"cache_depth": 3, "cache_root": at("cache"), "default_expires_in": 600,
                                   "directory_umask": "007", "namespace": "lemonldap-ng-sessions"},
    "notification": 0,
    # Pictures for captchas would need ImageMagick, and nobody is shown one here.
    "captcha": "NoCaptcha", "captcha_mail_enabled": 0, "captcha_register_enabled": 0,
    # Accounts are neither made nor mended here, which would need what sends mail.
    "registerDB": "Null", "portalDisplayResetPassword": 0,
    "issuerDBOpenIDConnectActivation": 1,
    "oidcServiceMetaDataIssuer": issuer,
    "oidcServicePrivateKeySig": private,
    "oidcServicePublicKeySig": public,
    "oidcServiceKeyIdSig": "first",
    "oidcServiceAllowAuthorizationCodeFlow": 1,
    "oidcRPMetaDataExportedVars": {"portico": {"name": "cn", "email": "mail"}},
    rp: {"portico": {
        f"{rp}ClientID": os.environ["CLIENT"],
        f"{rp}ClientSecret": os.environ["SECRET"],
        f"{rp}DisplayName": "Portico",
        f"{rp}RedirectUris": os.environ["CALLBACK"],
        f"{rp}PostLogoutRedirectUris": os.environ["SIGNED_OUT"],
        f"{rp}IDTokenSignAlg": "RS256",
        f"{rp}RequirePKCE": 1,
        f"{rp}RefreshToken": 1,
        f"{rp}AccessTokenExpiration": 600,
        f"{rp}IDTokenExpiration": 3600,
        # With its page for consent this version forgets, in the same browser, where signing out leads back to.
        f"{rp}BypassConsent": 1,
    }},
})
with open(at("conf/lmConf-1.json"), "w") as file:
    json.dump(configuration, file)
with open(at("lemonldap-ng.ini"), "w") as file:
    file.write(f"""[all]
logLevel = warn
[configuration]
type = File
dirName = {at("conf")}
localStorage = Cache::FileCache
localStorageOptions = {{ 'namespace' => 'lemonldap-ng-config', 'default_expires_in' => 600, 'cache_root' => '{at("cache")}', 'cache_depth' => 3 }}
[portal]
staticPrefix = /static
templateDir = {root}/usr/share/lemonldap-ng/portal/templates
languages = en
""")
with open(at("NoCaptcha.pm"), "w") as file:
    file.write("package NoCaptcha;\nuse Mouse;\nextends 'Lemonldap::NG::Portal::Main::Plugin';\nsub init { 1 }\n1;\n")
with open(at("portal.psgi"), "w") as file:
    file.write("use Lemonldap::NG::Portal::Main;\nLemonldap::NG::Portal::Main->run({});\n")

multiarch = sys.implementation._multiarch
version = subprocess.check_output(["perl", "-e", "print substr($^V, 1) =~ s/\\.\\d+$//r"], text=True)
environment = {
    **os.environ,
    "LLNG_DEFAULTCONFFILE": at("lemonldap-ng.ini"),
    "LD_LIBRARY_PATH": f"{root}/usr/lib/{multiarch}",
    "PERL5LIB": f"{folder}:{root}/usr/share/perl5:{root}/usr/lib/{multiarch}/perl5/{version}",
}
print(json.dumps({"issuer": issuer}), flush=True)
log = os.open(at("server.log"), os.O_WRONLY | os.O_CREAT)
os.dup2(log, 1)
os.dup2(log, 2)
os.execvpe("perl", ["perl", f"{root}/usr/bin/plackup", "--host", "127.0.0.1", "--port", str(port), "--env", "deployment", at("portal.psgi")], environment)
