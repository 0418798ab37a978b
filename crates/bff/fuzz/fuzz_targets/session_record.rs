//! Which rows of the session store are opened? What has to hold is in `bff::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    bff::fuzzing::session_record(data);
});
