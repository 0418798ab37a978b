//! Compares a document with what an import makes of its exported file, which is read by the import's own parser: an export never claims more than comes back.

use store::StoredDocument;

use crate::import::{ReadBack, read_back};

/// What of a document does not come back from its file; empty if everything does. `path` is that of the file, `text` its whole text, and `content` what
/// the document's text became.
pub(super) fn losses(document: &StoredDocument, content: &str, path: &str, text: &str, now: i64) -> Vec<String> {
    if text.len() > markdown::MAX_BYTES {
        let most = markdown::MAX_BYTES;
        return vec![format!(
            "has {} bytes with its front matter, and an import takes at most {most}",
            text.len()
        )];
    }
    match read_back(path, text, now) {
        Ok(found) => different(document, content, &found),
        Err(why) => vec![format!("an import would not take it: {why}")],
    }
}

fn different(document: &StoredDocument, content: &str, found: &ReadBack) -> Vec<String> {
    let row = &document.row;
    let checks = [
        (found.title == row.title, "its title"),
        (found.owner == row.owner, "its owner"),
        (found.owner_name == row.owner_name, "the name of its owner"),
        (found.groups == row.groups, "its groups"),
        (found.is_private == row.visibility.is_private(), "who may read it"),
        (found.folder == row.folder, "its folder"),
        (found.position == document.position, "its place in the order of reading"),
        (found.dates.created == Some(row.created_at), "when it was written"),
        (found.dates.updated == Some(row.updated_at), "when it was changed"),
        (found.content == content, "its text"),
    ];
    let lost = checks.into_iter().filter(|(is_same, _)| !is_same);
    lost.map(|(_, what)| format!("an import would change {what}")).collect()
}
