//! A form of one field at the top of a page of results: an ordinary form, which script follows without loading a page. Filtering lists and the
//! search page have it; the box of the bar, with suggestions, is `search/search_box.rs`.

use leptos::prelude::*;

use crate::icons::{Icon, SEARCH};

/// Sends what is typed as `q`.
#[component]
pub(crate) fn QueryForm(
    /// Where it is sent; replaces the whole query of the address.
    action: &'static str,
    /// What the form is for, for screen readers.
    label: &'static str,
    /// The `id` of the field.
    id: &'static str,
    /// The label of the field, out of sight.
    prompt: &'static str,
    /// Whether the field shows its label while it is empty.
    #[prop(optional)]
    shows_prompt: bool,
    /// What is in the field.
    value: String,
    /// Most letters that may be typed.
    max_length: u32,
    /// The button.
    button: &'static str,
    /// Hidden fields that are sent along.
    #[prop(optional)]
    hidden: Option<AnyView>,
    /// A link that empties the field.
    #[prop(optional)]
    clear: Option<AnyView>,
) -> impl IntoView {
    view! {
        <form class="filter" role="search" aria-label=label action=action>
            {hidden}
            <label for=id class="out-of-sight">
                {prompt}
            </label>
            <span class="field">
                <Icon path=SEARCH />
                <input
                    id=id
                    type="search"
                    name="q"
                    value=value
                    placeholder=shows_prompt.then_some(prompt)
                    maxlength=max_length
                    dir="auto"
                    autocomplete="off"
                />
                {clear}
            </span>
            <button class="button quiet" type="submit">
                {button}
            </button>
        </form>
    }
}
