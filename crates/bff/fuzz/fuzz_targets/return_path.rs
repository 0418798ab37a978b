//! Where a person goes after signing in: only to a path of this site.

#![no_main]

use bff::ReturnPath;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = ReturnPath::parse(text);
    let path = path.as_str();
    assert!(
        path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'),
        "{path:?}"
    );
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    assert!(path == "/" || path == text, "`{text:?}` became {path:?}");
    assert_eq!(ReturnPath::parse(path).as_str(), path, "not the same when read again");
});
