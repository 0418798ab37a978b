//! The filter of a list: an ordinary form, which script follows without loading a page.

use leptos::prelude::*;

use super::list_address::ListAddress;
use crate::icons::{CLOSE, Icon, SEARCH};

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
        <form class="filter" role="search" aria-label="Filter" action="/docs">
            {others.collect_view()}
            <label for="filter" class="out-of-sight">
                "Filter by title or folder"
            </label>
            <span class="field">
                <Icon path=SEARCH />
                <input
                    id="filter"
                    type="search"
                    name="q"
                    value=list.filter.clone()
                    placeholder="Filter by title or folder"
                    maxlength="100"
                    dir="auto"
                    autocomplete="off"
                />
                {clear}
            </span>
            <button class="button quiet" type="submit">
                "Filter"
            </button>
        </form>
    }
}
