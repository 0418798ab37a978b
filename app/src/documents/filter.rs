//! The filter of a list.

use leptos::prelude::*;

use super::list_address::ListAddress;
use crate::{
    icons::{CLOSE, Icon},
    query_form::QueryForm,
};

/// The form, for the list that is shown.
#[component]
pub(crate) fn FilterForm(
    /// The list.
    list: ListAddress,
) -> impl IntoView {
    // A form replaces the whole query of its address: what is to stay goes along.
    let others = list.parts().into_iter().filter(|(name, _)| *name != "q");
    let others = others.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let clear = (!list.filter.is_empty()).then(|| {
        view! {
            <a href=list.unfiltered().first_page() class="clear" aria-label="Clear the filter" title="Clear the filter">
                <Icon path=CLOSE />
            </a>
        }
    });
    view! {
        <QueryForm
            action="/docs"
            label="Filter"
            id="filter"
            prompt="Filter by title or folder"
            shows_prompt=true
            value=list.filter.clone()
            max_length=100
            button="Filter"
            hidden=others.collect_view().into_any()
            clear=clear.into_any()
        />
    }
}
