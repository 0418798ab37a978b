//! The table of documents, for the list and the home page; the last column is the time that the list is sorted by. On narrow screens the style sheet shows each row in two lines, and browsers drop
//! the table roles of such elements: that is why the roles are written out.

use domain::{SortKey, Summary};
use leptos::prelude::*;

use super::{
    list_address::ListAddress,
    parts::{Lock, ReasonChips},
};
use crate::timestamp::Age;

/// One row per document: title with its folder, reasons, owner, age.
#[component]
pub(crate) fn DocumentTable(
    /// The rows, in the order to show.
    rows: Vec<Summary>,
    /// The list they are from, whose columns lead to other orders of it; without one the order is what it is.
    #[prop(optional)]
    list: Option<ListAddress>,
) -> impl IntoView {
    let folder = list.as_ref().and_then(|list| list.folder.clone()).unwrap_or_default();
    let time = list.as_ref().map_or(SortKey::Updated, time_shown);
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row row shown_folder=folder.clone() time /> });
    let rows = rows.collect_view();
    view! {
        <table class="documents" role="table">
            <thead role="rowgroup">
                <tr role="row">
                    <ColumnHead name="Document" key=SortKey::Title list=list.clone() />
                    <th scope="col" role="columnheader">
                        "Why you see it"
                    </th>
                    <th scope="col" role="columnheader">
                        "Owner"
                    </th>
                    <TimeHead list />
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// The head of a column that the list can be sorted by.
#[component]
fn ColumnHead(name: &'static str, key: SortKey, list: Option<ListAddress>) -> impl IntoView {
    let Some(list) = list else {
        return view! {
            <th scope="col" role="columnheader">
                {name}
            </th>
        }
        .into_any();
    };
    let sorted = (list.sort.key == key).then(|| direction(&list));
    view! {
        <th scope="col" role="columnheader" aria-sort=sorted>
            <a href=list.sorted_by(key).first_page() class="sort">
                {name}
            </a>
        </th>
    }
    .into_any()
}

/// Which time the last column shows: the one that the list is sorted by, else when documents last changed.
fn time_shown(list: &ListAddress) -> SortKey {
    match list.sort.key {
        SortKey::Created => SortKey::Created,
        SortKey::Updated | SortKey::Title => SortKey::Updated,
    }
}

/// The head of the column of times: the one that is shown, and a link to the order by the other one. A column for each would leave titles no room.
#[component]
fn TimeHead(list: Option<ListAddress>) -> impl IntoView {
    let Some(list) = list else {
        return view! { <ColumnHead name="Updated" key=SortKey::Updated list=None /> }.into_any();
    };
    let (name, other, other_name) = match time_shown(&list) {
        SortKey::Created => ("Created", SortKey::Updated, "Updated"),
        SortKey::Updated | SortKey::Title => ("Updated", SortKey::Created, "Created"),
    };
    let key = time_shown(&list);
    let sorted = (list.sort.key == key).then(|| direction(&list));
    view! {
        <th scope="col" role="columnheader" aria-label=name aria-sort=sorted>
            <a href=list.sorted_by(key).first_page() class="sort">
                {name}
            </a>
            <a href=list.sorted_by(other).first_page() class="sort other">
                {other_name}
            </a>
        </th>
    }
    .into_any()
}

fn direction(list: &ListAddress) -> &'static str {
    if list.sort.is_descending {
        "descending"
    } else {
        "ascending"
    }
}

#[component]
fn Row(row: Summary, shown_folder: String, time: SortKey) -> impl IntoView {
    let at = match time {
        SortKey::Created => row.created_at,
        SortKey::Updated | SortKey::Title => row.updated_at,
    };
    // In the list of a folder every row is in it.
    let folder = (!row.folder.is_empty() && row.folder != shown_folder).then(|| {
        view! {
            <a href=ListAddress::of_folder(&row.folder).first_page() class="folder" dir="auto">
                {row.folder.clone()}
            </a>
        }
    });
    // What is cut off is shown to who points at it.
    let (title, owner) = (row.title.clone(), row.owner.clone());
    view! {
        <tr role="row">
            <td role="cell" class="what">
                <div class="line">
                    <Lock visibility=row.visibility />
                    <a href=format!("/docs/{}", row.id) class="title" title=title dir="auto">
                        {row.title}
                    </a>
                    {folder}
                </div>
            </td>
            <td role="cell" class="why">
                <div class="line">
                    <ReasonChips reasons=row.reasons />
                </div>
            </td>
            <td role="cell" class="owner" dir="auto" title=owner>
                {row.owner}
            </td>
            <td role="cell" class="updated">
                <Age at />
            </td>
        </tr>
    }
}
