//! "Why can I see this?" (WOW-1): the first reason in a sentence, and on demand the others, the rules' names, and the audience its owner chose.
//! Who else can see a document is not known here: the policy decides for one person at a time.

use domain::{Reason, Summary, Visibility};
use leptos::prelude::*;

/// The reasons of one document.
#[component]
pub(super) fn Access(
    /// The document.
    summary: Summary,
) -> impl IntoView {
    let audience = audience(&summary);
    let first = summary.reasons.first().map(sentence);
    let folded = match summary.reasons.len() {
        0 | 1 => "More about this".to_owned(),
        2 => "And one more reason".to_owned(),
        reasons => format!("And {} more reasons", reasons - 1),
    };
    let others = summary
        .reasons
        .iter()
        .skip(1)
        .map(|reason| view! { <li dir="auto">{sentence(reason)}</li> });
    let others = others.collect_view();
    let rules = summary
        .reasons
        .into_iter()
        .map(|Reason { rule, .. }| view! { <code>{rule}</code>" " });
    let rules = rules.collect_view();
    view! {
        <section class="access" aria-labelledby="access-title">
            <h2 id="access-title">"Why can I see this?"</h2>
            <p dir="auto">{first}</p>
            <details>
                <summary>{folded}</summary>
                <ul>{others}</ul>
                <p>"By rule: " {rules}</p>
                <p>"Meant for: " <span dir="auto">{audience}</span></p>
                <p>"In the end the rules decide who can read it."</p>
            </details>
        </section>
    }
}

fn sentence(reason: &Reason) -> String {
    format!("You can see this because {}.", reason.because)
}

/// The audience its owner chose, which no rule has confirmed.
fn audience(summary: &Summary) -> String {
    match summary.visibility {
        Visibility::Public => "everybody who is signed in".to_owned(),
        Visibility::Private if summary.groups.is_empty() => "its owner alone".to_owned(),
        Visibility::Private => format!("its owner, and members of {}", summary.groups.join(", ")),
    }
}
