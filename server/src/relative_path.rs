//! Paths below a folder, with `/` on every system: of files that are imported, and of what their links name.

use percent_encoding::percent_decode_str;

/// The path of `below` in `above`; either may be empty, for the top.
pub(crate) fn join(above: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}/{below}")
    }
}

/// `target` seen from `folder`, without `.` and `..` (RFC 3986 §5.2.4); `None` where that leads out of the top. Empty for the top itself.
pub(crate) fn resolve(folder: &str, target: &str) -> Option<String> {
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

/// `a%20b` as `a b` (RFC 3986 §2.1); what is no UTF-8 then stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_2_no_path_leads_out_of_the_top() {
        for (folder, target, expected) in [
            ("a/b", "../x", Some("a/x")),
            ("a/b", "./c//d/", Some("a/b/c/d")),
            ("a/b", "../..", Some("")),
            ("a/b", "../../../x", None),
            ("", "..", None),
        ] {
            assert_eq!(resolve(folder, target).as_deref(), expected, "{target} in {folder}");
        }
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        for (text, expected) in [
            ("a%20%C3%BC", "a ü"),
            ("100%", "100%"),
            ("%zz%+f", "%zz%+f"),
            ("%ff", "%ff"),
        ] {
            assert_eq!(percent_decoded(text), expected);
        }
    }
}
