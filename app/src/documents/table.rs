//! The table of documents, for the list and the home page. On narrow screens the style sheet shows each row as a block, and browsers drop
//! the table roles of such elements: that is why the roles are written out.

use domain::{Reason, Summary};
use leptos::prelude::*;

use super::VisibilityBadge;
use crate::{
    icons::{FOLDER, Icon},
    timestamp::Timestamp,
};

/// One row per document: title, owner, audience, reason, date.
#[component]
pub(crate) fn DocumentTable(
    /// The rows, in the order to show.
    rows: Vec<Summary>,
) -> impl IntoView {
    view! {
        <table class="documents" role="table">
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Document"</th>
                    <th scope="col" role="columnheader">"Owner"</th>
                    <th scope="col" role="columnheader">"For"</th>
                    <th scope="col" role="columnheader">"Why you can see it"</th>
                    <th scope="col" role="columnheader">"Updated"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.into_iter().map(|row| view! { <Row row /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(row: Summary) -> impl IntoView {
    let groups = row.groups.join(", ");
    view! {
        <tr role="row">
            <td role="cell" class="what">
                <a href=format!("/docs/{}", row.id) dir="auto">
                    {row.title}
                </a>
                {(!row.folder.is_empty())
                    .then(|| {
                        view! {
                            <span class="folder">
                                <Icon path=FOLDER />
                                <span dir="auto">{row.folder}</span>
                            </span>
                        }
                    })}
            </td>
            <td role="cell" class="owner">
                <span dir="auto">{row.owner}</span>
            </td>
            <td role="cell" class="audience">
                <VisibilityBadge visibility=row.visibility />
                {(!groups.is_empty()).then(|| view! { <span class="groups" dir="auto">{groups}</span> })}
            </td>
            <td role="cell" class="why" dir="auto">{because(&row.reasons)}</td>
            <td role="cell" class="updated">
                <Timestamp at=row.updated_at />
            </td>
        </tr>
    }
}

/// "because you are in Engineering, and because it is public".
fn because(reasons: &[Reason]) -> String {
    reasons
        .iter()
        .map(|reason| format!("because {}", reason.because))
        .collect::<Vec<_>>()
        .join(", and ")
}
