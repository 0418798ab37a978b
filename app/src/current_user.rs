//! The current user, as far as the layout around every page shows them. Everything known of them is on `/profile`.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{client::PersonClient, page_error::PageError, site_facts::SiteFacts};

#[cfg(feature = "ssr")]
use crate::request_context::RequestContext;

/// The visitor and the site, for the layout around every page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct CurrentUser {
    /// The person, unless the visitor is anonymous.
    pub(crate) person: Option<UserSummary>,
    /// Opaque key of the person the page is made for; empty for an anonymous visitor.
    pub(crate) key: String,
    /// Facts of the site.
    pub(crate) site: SiteFacts,
}

/// What is shown of the signed-in person on every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserSummary {
    /// Name to greet by.
    pub(crate) name: String,
    /// E-mail address, if known.
    pub(crate) email: Option<String>,
    /// Address of a picture.
    pub(crate) picture: Option<String>,
    /// Whether the Admin tab is shown; the page behind it decides again.
    pub(crate) is_admin: bool,
    /// Where they edit their profile at their provider, if it can be done there.
    pub(crate) edit_profile: Option<String>,
}

/// The visitor of this request, and the site's facts.
#[server(name = CurrentUserCall, prefix = "/api/fn", endpoint = "current_user", input = Json, client = PersonClient)]
pub(crate) async fn current_user() -> Result<CurrentUser, PageError> {
    let context = RequestContext::current()?;
    let person = context.visitor.person().map(|person| UserSummary {
        name: person.name.clone(),
        email: person.email.clone(),
        picture: person.picture.clone(),
        is_admin: person.has_role(domain::ADMIN),
        edit_profile: context.links.edit_profile.clone(),
    });
    Ok(CurrentUser {
        person,
        key: context.links.person_key.clone().unwrap_or_default(),
        site: context.facts,
    })
}
