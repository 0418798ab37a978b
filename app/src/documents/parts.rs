//! What the list, the page of a document and the home page show of a document alike: its lock, the reasons why it is seen, its folder's path.

use domain::{Reason, Visibility};
use leptos::prelude::*;

use super::list_address::ListAddress;
use crate::icons::{Icon, LOCK};

/// A lock before the title of a private document, with its word for screen readers. What is public is usual, and shows nothing.
#[component]
pub(crate) fn Lock(
    /// The document's.
    visibility: Visibility,
) -> impl IntoView {
    visibility.is_private().then(|| {
        view! {
            <span class="lock" title="Private">
                <Icon path=LOCK />
                <span class="out-of-sight">"Private"</span>
            </span>
        }
    })
}

/// The reasons in a word or two each. Pointing at one shows the sentence, and screen readers read it.
#[component]
pub(crate) fn ReasonChips(
    /// Why the visitor may see the document.
    reasons: Vec<Reason>,
) -> impl IntoView {
    let chips = reasons.into_iter().map(|Reason { because, label, .. }| {
        let sentence = format!("because {because}");
        let title = sentence.clone();
        view! {
            <span class="chip" title=title>
                <span aria-hidden="true" dir="auto">{label}</span>
                <span class="out-of-sight">{sentence}" "</span>
            </span>
        }
    });
    chips.collect_view()
}

/// Breadcrumbs: each folder of a path, linked to its documents.
#[component]
pub(crate) fn Breadcrumbs(
    /// The path, such as `handbook/people`.
    path: String,
) -> impl IntoView {
    let links = folders_of(&path).into_iter().map(|(name, path)| {
        view! {
            <li>
                <a href=ListAddress::of_folder(&path).first_page() dir="auto">
                    {name}
                </a>
            </li>
        }
    });
    view! {
        <nav class="crumbs" aria-label="Folder">
            <ol>
                <li>
                    <a href="/docs">"Documents"</a>
                </li>
                {links.collect_view()}
            </ol>
        </nav>
    }
}

/// Name and path of each folder that leads to `path`, the outermost first.
fn folders_of(path: &str) -> Vec<(String, String)> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let paths = ends.map(|end| &path[..end]).filter(|path| !path.is_empty());
    paths
        .map(|path| (folder_name(path).to_owned(), path.to_owned()))
        .collect()
}

/// What a folder is called: the last part of its path.
pub(crate) fn folder_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fi_2_crumbs_name_each_folder_of_a_path() {
        assert_eq!(folders_of(""), []);
        let of = |name: &str, path: &str| (name.to_owned(), path.to_owned());
        assert_eq!(folders_of("handbook"), [of("handbook", "handbook")]);
        assert_eq!(
            folders_of("a/ü b/c"),
            [of("a", "a"), of("ü b", "a/ü b"), of("c", "a/ü b/c")]
        );
    }
}
