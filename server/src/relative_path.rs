//! Paths below a folder, with `/` on every system: of files that are imported, and of what their links name.

use percent_encoding::percent_decode_str;

pub(crate) use domain::relative_path::{join, resolve};

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
