//! What does the site know of me? Everything the provider told, and nothing else (UI-2).

use domain::{Groups, Person};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    answer::{ask, page},
    client::PersonClient,
    layout::{PageTitle, Picture},
    page_error::PageError,
    whole::erased,
};

#[cfg(feature = "ssr")]
use {crate::request::Asked, domain::LibraryError};

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
    /// Groups; `None` when nobody told, which is not the same as none.
    pub(crate) groups: Option<Vec<String>>,
    /// Roles of the application.
    pub(crate) roles: Vec<String>,
    /// All claims, as formatted JSON.
    pub(crate) claims: String,
    /// Whether the groups are those of a while ago, because the directory does not answer.
    pub(crate) groups_are_kept: bool,
    /// How many groups the provider sent that could not be read.
    pub(crate) unreadable_groups: usize,
}

impl From<&Person> for Profile {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            picture: person.picture.clone(),
            email: person.email.clone(),
            job_title: person.job_title.clone(),
            groups: person.groups.told().map(|groups| {
                let names = groups.iter().map(|group| person.name_of(group).to_owned());
                names.collect()
            }),
            roles: person.roles.clone(),
            claims: formatted(&person.claims),
            groups_are_kept: matches!(person.groups, Groups::Kept(_)),
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
    let asked = Asked::now()?;
    let profile = asked
        .visitor
        .person()
        .map(Profile::from)
        .ok_or(LibraryError::SignInFirst);
    asked.answer(profile)
}

/// The page at `/profile`.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    page(ask(|| (), |()| profile()), |profile| {
        erased(view! { <Facts profile /> })
    })
}

/// Said where nobody told the groups, whoever should have: a provider that is silent, a directory that is away.
const UNKNOWN_GROUPS: &str =
    "Unknown just now: neither your provider nor a directory said. Rules about groups cannot let you in.";

/// Said where a provider sent something, and nothing of it was a group.
const UNREADABLE_GROUPS: &str =
    "Unknown: your provider sent groups, but none that could be read. Rules about groups cannot let you in.";

/// The groups in words, with the truth about those that could not be read.
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
fn Facts(profile: Profile) -> impl IntoView {
    let groups = groups(profile.groups, profile.unreadable_groups);
    let groups = if profile.groups_are_kept {
        format!("{groups} (as last known: the directory does not answer just now)")
    } else {
        groups
    };
    let roles = if profile.roles.is_empty() {
        "None".to_owned()
    } else {
        profile.roles.join(", ")
    };
    let not_told = || "Not told".to_owned();
    let facts = [
        ("E-mail", profile.email.unwrap_or_else(not_told)),
        ("Job title", profile.job_title.unwrap_or_else(not_told)),
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
