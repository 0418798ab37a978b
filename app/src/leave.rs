//! What does somebody press whose provider's sign-out takes more than an address can hold? One button, in a form that goes there.

use leptos::prelude::*;

use crate::{build_files::BuildFiles, notice::document};

/// What is shown and sent; all of it is escaped here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeaveNotice {
    /// The provider's address for signing out.
    pub action: String,
    /// What is sent there, by name and value.
    pub fields: Vec<(String, String)>,
}

/// The page as a whole HTML document in the style of the house.
#[must_use]
pub fn leave_page(files: &BuildFiles, notice: LeaveNotice) -> String {
    let fields = notice.fields.into_iter().map(|(name, value)| {
        view! { <input type="hidden" name=name value=value /> }
    });
    let content = view! {
        <article class="problem">
            <h1>"One more step"</h1>
            <p>"You are signed out here. Your provider still knows you: sign out there as well if others use this device."</p>
            <form method="post" action=notice.action>
                {fields.collect_view()} <p class="actions">
                    <button class="button">"Sign out at the provider too"</button>
                    <a class="button quiet" href="/">
                        "Home"
                    </a>
                </p>
            </form>
        </article>
    };
    document(files, "One more step", content)
}
