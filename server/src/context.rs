//! Who is asking? Claims of the session become a [`Visitor`], once per request, for pages and server functions alike.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use app::Ways;
use axum::{
    extract::{OptionalFromRequestParts as _, Request, State},
    middleware::Next,
    response::Response,
};
use bff::{Bff, Identity, ProviderId, ReturnPath, SignedIn, StepUp};
use domain::{Group, GroupMatch, Groups, Library, Messages, Person, PersonId, ReportingLine, Sessions, Visitor};
use http::request::Parts;
use leptos::prelude::{provide_context, use_context};
use serde_json::{Map, Value};

use crate::{
    config::{ClaimNames, ProviderSettings},
    directory::Directory,
    headers::Headers,
    messages::{MessageSource, VisitorMessages},
    sessions::VisitorSessions,
    store::Store,
    telemetry::part::{self, Trace},
};

/// People whose name was stored since the start, at most; beyond it names are stored again.
const REMEMBERED: usize = 10_000;

/// Where people edit their profile they come back to their profile.
static PROFILE: LazyLock<ReturnPath> = LazyLock::new(|| ReturnPath::parse("/profile"));

/// What pages get, and where it comes from.
pub(crate) struct House {
    pub(crate) library: Arc<dyn Library>,
    pub(crate) messages: MessageSource,
    pub(crate) bff: Bff,
    pub(crate) people: Arc<People>,
    pub(crate) headers: Headers,
    pub(crate) facts: Arc<dyn Fn() -> app::SiteFacts + Send + Sync>,
    /// How lately somebody has to have signed in who ends sessions.
    pub(crate) recent: Option<StepUp>,
}

impl House {
    /// Fills the context of a page or server function. The only place that does.
    pub(crate) fn furnish(&self) {
        let extensions = use_context::<Parts>().map(|parts| parts.extensions).unwrap_or_default();
        let Asking { visitor, signed_in } = extensions.get().cloned().unwrap_or_default();
        let trace = extensions.get::<Trace>();
        provide_context(Ways {
            edit_profile: signed_in.as_ref().and_then(|person| person.edit_profile_path(&PROFILE)),
        });
        let messages: Arc<dyn Messages> = Arc::new(VisitorMessages {
            source: self.messages.clone(),
            signed_in: signed_in.clone(),
        });
        let sessions: Arc<dyn Sessions> = Arc::new(VisitorSessions {
            bff: self.bff.clone(),
            store: self.people.store.clone(),
            signed_in,
            recent: self.recent.clone(),
        });
        provide_context(visitor);
        provide_context(part::messages(trace, messages));
        provide_context(sessions);
        provide_context(part::library(trace, &self.library));
        provide_context((self.facts)());
        self.headers.allow_scripts_of_this_page();
    }
}

/// The visitor of a request and their session; an extension of the request.
#[derive(Clone, Default)]
pub(crate) struct Asking {
    pub(crate) visitor: Visitor,
    signed_in: Option<SignedIn>,
}

/// Finds out who is asking, before any page does.
pub(crate) async fn introduce(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Ok(Some(signed_in)) = SignedIn::from_request_parts(&mut parts, &()).await {
        let person = house.people.person(&signed_in).await;
        house.people.remember(&person);
        let asking = Asking {
            visitor: Visitor::Person(Arc::new(person)),
            signed_in: Some(signed_in),
        };
        parts.extensions.insert(asking);
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Turns identities into persons, by each provider's names for claims and what the directory knows.
pub(crate) struct People {
    providers: HashMap<ProviderId, ProviderSettings>,
    directory: Directory,
    store: Store,
    remembered: Mutex<HashMap<PersonId, String>>,
}

impl People {
    pub(crate) fn new(providers: &[ProviderSettings], directory: Directory, store: Store) -> Self {
        let providers = providers
            .iter()
            .map(|settings| (settings.provider.id.clone(), settings.clone()))
            .collect();
        Self {
            providers,
            directory,
            store,
            remembered: Mutex::default(),
        }
    }

    async fn person(&self, signed_in: &SignedIn) -> Person {
        let identity = signed_in.identity();
        let settings = self.providers.get(&identity.provider);
        let mut person = person(identity, settings.map(|settings| &settings.claims));
        if let Some(settings) = settings {
            self.directory.complete(&mut person, signed_in, settings).await;
        }
        person
    }

    /// Stores the name of somebody seen for the first time, or under a new name, without making them wait.
    fn remember(self: &Arc<Self>, person: &Person) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.get(&person.id) == Some(&person.name) {
            return;
        }
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(person.id.clone(), person.name.clone());
        drop(remembered);
        let (people, person) = (Arc::clone(self), person.clone());
        tokio::spawn(async move {
            if let Err(error) = people.store.remember_person(&person).await {
                tracing::warn!(%error, "the name of somebody who signed in could not be stored");
                // Tried again at their next request.
                let mut remembered = people.remembered.lock().unwrap_or_else(PoisonError::into_inner);
                remembered.remove(&person.id);
            }
        });
    }
}

/// A person, from the claims of an identity.
fn person(identity: &Identity, names: Option<&ClaimNames>) -> Person {
    let claims = &identity.claims;
    let text = |name: &str| {
        at(claims, name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    // Azure AD B2C sends a list instead. For show only: nothing is granted by it.
    let listed = || {
        list(claims, "emails")?
            .into_iter()
            .next()
            .filter(|text| !text.is_empty())
    };
    let email = text("email").or_else(listed);
    let name = text("name")
        .or_else(|| email.clone())
        .unwrap_or_else(|| identity.subject.clone());
    let groups = names.and_then(|names| list(claims, &names.groups));
    Person {
        id: PersonId::new(&identity.issuer, &identity.subject),
        name,
        email,
        picture: text("picture").filter(|address| may_be_shown(address)),
        job_title: names.and_then(|names| text(&names.job_title)),
        groups: groups.map_or(Groups::Unknown, |list| {
            Groups::Known(list.into_iter().map(Group::new).collect())
        }),
        roles: names.and_then(|names| list(claims, &names.roles)).unwrap_or_default(),
        claims: serde_json::to_string(claims).unwrap_or_default(),
        group_match: GroupMatch::default(),
        group_names: BTreeMap::new(),
        line: ReportingLine::default(),
    }
}

/// A picture by https, or from a provider on this machine.
fn may_be_shown(address: &str) -> bool {
    crate::config::values::url(address).is_ok()
}

/// A claim by name; a dot steps into an object unless a claim has the whole name.
fn at<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        at(claims.get(outer)?.as_object()?, inner)
    })
}

/// A claim that is a list of texts, or one text. Anything else is as good as absent: nothing is granted by guessing.
fn list(claims: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    match at(claims, name)? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn po_2_an_absent_group_claim_is_not_an_empty_list() {
        let claims = claims(&json!({"none": [], "odd": [1], "text": "a", "list": ["a", "b"]}));
        assert_eq!(list(&claims, "groups"), None);
        assert_eq!(list(&claims, "odd"), None);
        assert_eq!(list(&claims, "none"), Some(Vec::new()));
        assert_eq!(list(&claims, "text"), Some(vec!["a".to_owned()]));
        assert_eq!(list(&claims, "list"), Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_dot_steps_into_an_object_unless_a_claim_has_the_whole_name() {
        let claims = claims(&json!({"realm_access": {"roles": ["x"]}, "https://a.example/roles": ["y"], "a.b": "z"}));
        assert_eq!(list(&claims, "realm_access.roles"), Some(vec!["x".to_owned()]));
        assert_eq!(list(&claims, "https://a.example/roles"), Some(vec!["y".to_owned()]));
        assert_eq!(list(&claims, "a.b"), Some(vec!["z".to_owned()]));
        assert_eq!(list(&claims, "realm_access.groups"), None);
    }

    #[test]
    fn si_3_the_first_of_the_emails_is_shown_where_there_is_no_email() {
        let of = |value: &Value| {
            let identity = Identity {
                provider: ProviderId::parse("customers").unwrap(),
                issuer: "https://a.example".to_owned(),
                subject: "7".to_owned(),
                claims: claims(value),
                signed_in_at: time::OffsetDateTime::UNIX_EPOCH,
            };
            let person = person(&identity, None);
            (person.email, person.name)
        };
        let told = |email: &str, name: &str| (Some(email.to_owned()), name.to_owned());
        let two = json!(["a@b.example", "c@d.example"]);
        assert_eq!(of(&json!({"emails": two})), told("a@b.example", "a@b.example"));
        assert_eq!(of(&json!({"emails": two, "name": "Ann"})), told("a@b.example", "Ann"));
        assert_eq!(
            of(&json!({"emails": two, "email": "e@f.example"})),
            told("e@f.example", "e@f.example")
        );
        for none in [
            json!([]),
            json!([""]),
            json!([7]),
            json!({"0": "a@b.example"}),
            json!(null),
        ] {
            assert_eq!(of(&json!({"emails": none})), (None, "7".to_owned()), "{none}");
        }
    }

    #[test]
    fn a_picture_is_shown_only_from_where_pictures_may_come() {
        assert!(may_be_shown("https://a.example/x.png") && may_be_shown("http://localhost:4041/people/alice.svg"));
        assert!(
            !may_be_shown("javascript:alert(1)") && !may_be_shown("http://a.example/x.png") && !may_be_shown("data:x")
        );
    }
}
