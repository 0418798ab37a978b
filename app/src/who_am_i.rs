//! Who is in front of the page, as far as the frame around every page needs to know? All of it is on `/profile`.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{client::PersonClient, page_error::PageError, site_facts::SiteFacts};

#[cfg(feature = "ssr")]
use crate::request::Asked;

/// The visitor and the site, for the frame around every page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct WhoAmI {
    /// The person, unless the visitor is anonymous.
    pub(crate) person: Option<Face>,
    /// Opaque key of the person the page is for; empty for nobody.
    pub(crate) key: String,
    /// Facts of the site.
    pub(crate) site: SiteFacts,
}

/// What is shown of the signed-in person on every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Face {
    /// Name to greet by.
    pub(crate) name: String,
    /// E-mail address, if known.
    pub(crate) email: Option<String>,
    /// Address of a picture.
    pub(crate) picture: Option<String>,
    /// Whether the Admin tab is shown. What it leads to is decided again there.
    pub(crate) is_admin: bool,
    /// Where they edit their profile at their provider, if it can be done there.
    pub(crate) edit_profile: Option<String>,
}

/// Who is asking?
#[server(name = WhoAmICall, prefix = "/api/fn", endpoint = "who_am_i", input = Json, client = PersonClient)]
pub(crate) async fn who_am_i() -> Result<WhoAmI, PageError> {
    let (asked, ways) = (Asked::now()?, Asked::ways()?);
    let person = asked.visitor.person().map(|person| Face {
        name: person.name.clone(),
        email: person.email.clone(),
        picture: person.picture.clone(),
        is_admin: person.has_role(domain::ADMIN),
        edit_profile: ways.edit_profile,
    });
    Ok(WhoAmI {
        person,
        key: ways.person_key.unwrap_or_default(),
        site: Asked::site()?,
    })
}
