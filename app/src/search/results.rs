//! The results of a search: title with marks, where it lies, why it can be read, whose it is, how old, and a part of the text.

use domain::{SearchPage, SearchResult};
use leptos::prelude::*;

use super::marks::Marked;
use crate::{
    documents::{ListAddress, Lock, ReasonChips},
    icons::{FOLDER, Icon},
    timestamp::Age,
};

/// How many there are, then the results; similar ones apart.
#[component]
pub(super) fn Results(page: SearchPage) -> impl IntoView {
    let SearchPage {
        mut results,
        similar,
        is_cut,
    } = page;
    let count = count_line(results.len(), is_cut);
    let similar = results.split_off(results.len().saturating_sub(similar));
    view! {
        <p class="count" role="status">
            {count}
        </p>
        {(!results.is_empty()).then(|| view! { <List results /> })}
        {(!similar.is_empty())
            .then(|| {
                view! {
                    <h2 class="similar">"Similar words"</h2>
                    <List results=similar />
                }
            })}
    }
}

/// "12 results", "More than 50 results. Another word narrows them down."
fn count_line(count: usize, is_cut: bool) -> String {
    match (count, is_cut) {
        (count, true) => format!("More than {count} results. Another word narrows them down."),
        (1, false) => "1 result".to_owned(),
        (count, false) => format!("{count} results"),
    }
}

#[component]
fn List(results: Vec<SearchResult>) -> impl IntoView {
    view! { <ol class="results">{results.into_iter().map(|result| view! { <Row result /> }).collect_view()}</ol> }
}

#[component]
fn Row(result: SearchResult) -> impl IntoView {
    let SearchResult {
        summary,
        title,
        snippet,
    } = result;
    view! {
        <li>
            <p class="result-title">
                <Lock visibility=summary.visibility />
                <a href=format!("/docs/{}", summary.id) dir="auto">
                    <Marked snippet=title />
                </a>
            </p>
            {snippet
                .map(|snippet| {
                    view! {
                        <p class="snippet" dir="auto">
                            <Marked snippet />
                        </p>
                    }
                })}
            <p class="result-facts">
                {(!summary.folder.is_empty())
                    .then(|| {
                        view! {
                            <a class="folder" href=ListAddress::of_folder(&summary.folder).first_page()>
                                <Icon path=FOLDER />
                                <span dir="auto">{summary.folder.clone()}</span>
                            </a>
                        }
                    })}
                <span dir="auto">{summary.owner}</span>
                <Age at=summary.updated_at />
                <ReasonChips reasons=summary.reasons />
            </p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::count_line;

    #[test]
    fn fi_3_the_count_says_what_is_known() {
        assert_eq!(count_line(1, false), "1 result");
        assert_eq!(count_line(12, false), "12 results");
        assert!(count_line(50, true).starts_with("More than 50 results"));
    }
}
