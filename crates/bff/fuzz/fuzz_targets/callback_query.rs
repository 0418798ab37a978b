//! What comes to the callback? What has to hold is in `bff::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bff::fuzzing::callback_query(data));
