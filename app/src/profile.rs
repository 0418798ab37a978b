//! The visitor's profile: everything their provider and its directory sent, and nothing else (UI-2).

use domain::{Groups, Person};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    client::PersonClient,
    layout::{PageTitle, Picture},
    page_error::PageError,
    resource::{load, page},
};

#[cfg(feature = "ssr")]
use {crate::request_context::RequestContext, domain::LibraryError};

/// A person as their own profile page shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// Name to greet by.
    pub(crate) name: String,
    /// Address of a picture.
    pub(crate) picture: Option<String>,
    /// E-mail address.
    pub(crate) email: Option<String>,
    /// Job title.
    pub(crate) job_title: Option<String>,
    /// Groups; `None` while unknown, which is not the same as no group.
    pub(crate) groups: Option<Vec<String>>,
    /// Roles of the application.
    pub(crate) roles: Vec<String>,
    /// All claims, as formatted JSON.
    pub(crate) claims: String,
    /// Whether the groups are older than `directory.max_age`, because the directory does not respond.
    pub(crate) groups_are_stale: bool,
    /// How many groups the provider sent in a form that cannot be read.
    pub(crate) unreadable_groups: usize,
}

impl From<&Person> for Profile {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            picture: person.picture.clone(),
            email: person.email.clone(),
            job_title: person.job_title.clone(),
            groups: person.groups.if_known().map(|groups| {
                let names = groups.iter().map(|group| person.name_of(group).to_owned());
                names.collect()
            }),
            roles: person.roles.clone(),
            claims: formatted(&person.claims),
            groups_are_stale: matches!(person.groups, Groups::Stale(_)),
            unreadable_groups: person.groups.unreadable(),
        }
    }
}

/// JSON with line breaks; text that is no JSON stays as it is.
fn formatted(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}

/// The visitor's own profile.
#[server(name = ProfileCall, prefix = "/api/fn", endpoint = "profile", input = Json, client = PersonClient)]
pub(crate) async fn profile() -> Result<Profile, PageError> {
    let context = RequestContext::current()?;
    let profile = context
        .visitor
        .person()
        .map(Profile::from)
        .ok_or(LibraryError::SignInFirst);
    context.respond(profile)
}

/// The page at `/profile`.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    page(load(|| (), |()| profile()), |profile| {
        view! { <ProfileView profile /> }.into_any()
    })
}

/// Shown while groups are unknown: the provider sent no claim and no directory is used, or it does not respond.
const UNKNOWN_GROUPS: &str =
    "Unknown just now: neither your provider nor a directory said. Rules about groups cannot let you in.";

/// Shown if the provider sent a claim of which nothing can be read as a group.
const UNREADABLE_GROUPS: &str =
    "Unknown: your provider sent groups, but none that could be read. Rules about groups cannot let you in.";

/// The groups in words, with the number of those that could not be read.
fn groups(groups: Option<Vec<String>>, unreadable: usize) -> String {
    match (groups, unreadable) {
        (None, 0) => UNKNOWN_GROUPS.to_owned(),
        (None, _) => UNREADABLE_GROUPS.to_owned(),
        (Some(groups), 0) if groups.is_empty() => "None".to_owned(),
        (Some(groups), 0) => groups.join(", "),
        (Some(groups), unreadable) => format!(
            "{} (and {unreadable} more that could not be read: your provider did not send a text)",
            groups.join(", ")
        ),
    }
}

#[component]
fn ProfileView(profile: Profile) -> impl IntoView {
    let groups = groups(profile.groups, profile.unreadable_groups);
    let groups = if profile.groups_are_stale {
        format!("{groups} (as last known: the directory does not answer just now)")
    } else {
        groups
    };
    let roles = if profile.roles.is_empty() {
        "None".to_owned()
    } else {
        profile.roles.join(", ")
    };
    let unknown_value = || "Not told".to_owned();
    let facts = [
        ("E-mail", profile.email.unwrap_or_else(unknown_value)),
        ("Job title", profile.job_title.unwrap_or_else(unknown_value)),
        ("Groups", groups),
        ("Roles", roles),
    ];
    let facts = facts.into_iter().map(|(term, value)| {
        view! {
            <div>
                <dt>{term}</dt>
                <dd dir="auto">{value}</dd>
            </div>
        }
    });
    view! {
        <PageTitle text="Profile" />
        <div class="page profile">
            <header class="profile-head">
                <Picture picture=profile.picture name=profile.name.clone() />
                <h1 dir="auto">{profile.name}</h1>
            </header>
            <dl class="facts">{facts.collect_view()}</dl>
            <h2 id="claims">"What your provider said"</h2>
            <p>"These are the claims about you, as Portico received and checked them."</p>
            <pre class="claims" aria-labelledby="claims">
                <code>{profile.claims}</code>
            </pre>
        </div>
    }
}
