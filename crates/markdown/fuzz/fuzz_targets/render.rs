//! Markdown to HTML. What has to hold is in `crates/markdown/tests/properties/invariants.rs`.

#![no_main]

#[path = "../../tests/properties/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        invariants::rendered(text);
    }
});
