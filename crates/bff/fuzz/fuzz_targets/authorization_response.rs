//! What comes to the callback. What has to hold is in `crates/oidc/tests/properties/invariants.rs`.

#![no_main]

#[expect(dead_code, reason = "each target needs its part")]
#[path = "../../../oidc/tests/properties/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::authorization_response(data));
