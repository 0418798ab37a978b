//! The keys of the directory: which one is asked, and for how long its answers count.

use super::{DURATION, Key, URL, key};

/// `[directory]`.
pub(super) const DIRECTORY: &[Key] = &[
    key(
        "directory.base_url",
        URL,
        Some("https://graph.microsoft.com/v1.0"),
        r#"base_url = "https://graph.microsoft.us/v1.0""#,
        "Where the directory is. The application's token is asked for with the scope `/.default` of its host.",
    ),
    key(
        "directory.max_age",
        DURATION,
        Some("5m"),
        r#"max_age = "1m""#,
        "How old an answer may get. A change in the directory takes effect within this time, without a new sign-in.",
    ),
    key(
        "directory.keep",
        DURATION,
        Some("1h"),
        r#"keep = "15m""#,
        "How old the last answer may get while the directory does not answer; pages say so. After that, groups are unknown.",
    ),
];
