//! The page that continues a sign-out at the provider when the request is too long for an address: one button, in a form that posts it
//! (OpenID Connect RP-Initiated Logout 1.0 §2).

use leptos::prelude::*;

use crate::{build_files::BuildFiles, notice::document};

/// The form; everything in it is escaped here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderLogoutNotice {
    /// The provider's end session endpoint.
    pub action: String,
    /// The parameters of the request, by name and value.
    pub fields: Vec<(String, String)>,
}

/// The page as a whole HTML document in the style of the site.
#[must_use]
pub fn provider_logout_page(files: &BuildFiles, notice: ProviderLogoutNotice) -> String {
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
