//! Tests of client assertions by RFC 7523, with every kind of key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::EncodePrivateKey as _;

use super::*;
use crate::jws::Compact;

fn key(der: &[u8]) -> PrivateKey {
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        STANDARD.encode(der)
    );
    PrivateKey::from_pem(&pem).unwrap()
}

fn assertion(key: &PrivateKey, algorithm: &'static str) -> String {
    let assertion = Assertion {
        client_id: "portico".into(),
        audience: "https://idp.example",
        key,
        kid: Some("k1"),
        algorithm,
        now: 1_000,
    };
    assertion.sign().unwrap()
}

fn verify(token: &str, algorithm: &'static dyn VerificationAlgorithm, public: &[u8]) -> bool {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(algorithm, public)
        .verify(input.as_bytes(), &signature)
        .is_ok()
}

#[test]
fn ca_1_an_assertion_names_issuer_and_client_ends_soon_and_is_never_the_same() {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let key = key(der.as_ref());
    let (first, second) = (assertion(&key, "EdDSA"), assertion(&key, "EdDSA"));
    let read = |token: &str| {
        let token = Compact::parse(token).unwrap();
        assert_eq!(
            (token.header.alg.as_str(), token.header.kid.as_deref()),
            ("EdDSA", Some("k1"))
        );
        assert_eq!(
            (token.text("iss"), token.text("sub")),
            (Some("portico"), Some("portico"))
        );
        assert_eq!(token.claims["aud"], "https://idp.example");
        assert_eq!((token.seconds("iat"), token.seconds("exp")), (Some(1_000), Some(1_060)));
        token.text("jti").unwrap().to_owned()
    };
    assert_ne!(read(&first), read(&second));
}

#[test]
fn ca_1_every_kind_of_key_signs_so_that_others_can_verify() {
    let random = SystemRandom::new();
    let der = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
    assert!(verify(
        &assertion(&key(der.as_ref()), "EdDSA"),
        &ED25519,
        pair.public_key().as_ref()
    ));

    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random).unwrap();
    let token = assertion(&key(der.as_ref()), "ES256");
    assert!(verify(&token, &ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()));

    let private = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let public = private.to_public_key().to_pkcs1_der().unwrap();
    let key = key(private.to_pkcs8_der().unwrap().as_bytes());
    assert!(verify(
        &assertion(&key, "RS256"),
        &RSA_PKCS1_2048_8192_SHA256,
        public.as_bytes()
    ));
    assert!(verify(
        &assertion(&key, "PS256"),
        &RSA_PSS_2048_8192_SHA256,
        public.as_bytes()
    ));
    let takes = |algs: &[&str]| algs.iter().map(|alg| (*alg).to_owned()).collect::<Vec<_>>();
    assert_eq!(key.algorithm(None), "RS256");
    assert_eq!(key.algorithm(Some(&takes(&["RS256"]))), "RS256");
    assert_eq!(key.algorithm(Some(&takes(&["RS256", "PS256"]))), "PS256");
    assert_eq!(format!("{key:?}"), "PrivateKey(RSA)");
}

#[test]
fn ca_1_the_public_key_verifies_what_the_private_one_signed() {
    let random = SystemRandom::new();
    let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let rsa = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let rsa = rsa.to_pkcs8_der().unwrap();
    for (der, name, alg) in [
        (ed.as_ref(), "EdDSA", CoreJwsSigningAlgorithm::EdDsa),
        (ec.as_ref(), "ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
        (rsa.as_bytes(), "PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256),
    ] {
        let key = key(der);
        let token = assertion(&key, name);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let jwk = key.public();
        let secret = ["d", "p", "q", "dp", "dq", "qi"];
        assert!(secret.iter().all(|member| jwk.get(member).is_none()), "{name}");
        let public: CoreJsonWebKey = serde_json::from_value(jwk).unwrap();
        public.verify_signature(&alg, input.as_bytes(), &signature).unwrap();
    }
}
