//! Paths below a folder, with `/` on every system, and no way out of it.

/// The path of `below` in `above`; either may be empty, for the top.
#[must_use]
pub fn join(above: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}/{below}")
    }
}

/// `target` seen from `folder`, without `.` and `..` (RFC 3986 §5.2.4); `None` where that leads out of the top. Empty for the top itself.
#[must_use]
pub fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
