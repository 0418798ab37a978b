//! Addresses and names by which other programs know a document, beside the path of its file. Links that have them lead to it.

use super::tree::{Entry, Value};

/// The keys of Hugo, Jekyll, Docusaurus, Obsidian and others. A number as `id` is one of ours.
const KEYS: [&str; 7] = ["slug", "permalink", "url", "id", "aliases", "alias", "redirect_from"];

/// Most addresses of one document.
const MAX_ADDRESSES: usize = 50;

/// Longest address, in characters.
const MAX_LENGTH: usize = 300;

/// The addresses that front matter gives. What is none, or is made from a pattern (`/:year/:title/`), is passed over: a link to it is reported itself.
pub(super) fn read(entries: &[Entry]) -> Vec<String> {
    let given = entries.iter().filter(|entry| KEYS.contains(&&*entry.key));
    let texts = given.flat_map(|entry| match &entry.value {
        Value::List(items) => items.iter().filter_map(|item| text(&item.value)).collect(),
        value => text(value).into_iter().collect::<Vec<_>>(),
    });
    let mut addresses: Vec<String> = Vec::new();
    for address in texts.map(str::trim).filter(|text| is_address(text)) {
        if addresses.len() < MAX_ADDRESSES && !addresses.iter().any(|known| known == address) {
            addresses.push(address.to_owned());
        }
    }
    addresses
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn is_address(text: &str) -> bool {
    let is_pattern = text.starts_with(':') || text.contains("/:") || text.contains(['{', '<', '*']);
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let is_elsewhere = text.contains("://") || text.starts_with("//");
    let is_line = text.chars().count() <= MAX_LENGTH && !text.contains(char::is_control);
    !text.is_empty() && is_line && !(is_pattern || is_number || is_elsewhere)
}

/// Whether a text may have such a key: most have none, and need not be parsed for it.
pub(super) fn may_occur(text: &str) -> bool {
    KEYS.iter().any(|key| text.contains(key))
}

#[cfg(test)]
mod tests {
    #[test]
    fn im_2_addresses_of_other_programs_are_read_in_every_form() {
        let addresses = |text: &str| super::super::addresses(text);
        assert_eq!(
            addresses(
                "---\nslug: /start\naliases:\n  - /old/\n  - On-call duty\n  - 12\npermalink: /x/y.html\nid: intro\n---\ntext"
            ),
            ["/start", "/old/", "On-call duty", "/x/y.html", "intro"]
        );
        assert_eq!(
            addresses("+++\nurl = \"/a/\"\naliases = [\"/b/\", \"/b/\"]\n+++\n"),
            ["/a/", "/b/"]
        );
        assert_eq!(addresses("{\"redirect_from\": \"/c/\"}\ntext"), ["/c/"]);
        for none in [
            "slug: x",
            "---\nid: 12\n---\n",
            "---\npermalink: /:year/:title/\nurl: https://a.example/x\nslug: \"\"\naliases: //a.example/\n---\n",
            "---\nslug: [broken\n---\n",
        ] {
            assert!(addresses(none).is_empty(), "{none}");
        }
        let many: Vec<String> = (0..90).map(|at| format!("  - /{at}/")).collect();
        assert_eq!(
            addresses(&format!("---\naliases:\n{}\n---\n", many.join("\n"))).len(),
            50
        );
    }
}
