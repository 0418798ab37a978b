//! Which logout tokens are believed? What has to hold is in `bff::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bff::fuzzing::logout_token(data));
