//! Who is asking? Claims of the session become a [`Visitor`], once per request, for pages and server functions alike. How claims
//! become a person is in [`person`](mod@person).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use app::Ways;
use axum::{
    extract::{OptionalFromRequestParts as _, Request, State},
    middleware::Next,
    response::Response,
};
use bff::{BackgroundTasks, Bff, NOBODY, PERSON_HEADER, ProviderId, ReturnPath, SignedIn, StepUp};
use domain::{Library, Messages, Person, PersonId, Sessions, Visitor};
use http::{HeaderValue, request::Parts};
use leptos::prelude::{provide_context, use_context};
use store::Store;
use time::OffsetDateTime;

use crate::{
    config::ProviderSettings,
    directory::Directory,
    headers::Headers,
    messages::{MessageSource, VisitorMessages},
    sessions::VisitorSessions,
    telemetry::part::{self, Trace},
};

mod person;

use person::{Claimed, claimed};

/// People whose name was stored since the start, at most; beyond it names are stored again. As many claims that could not be read are
/// remembered, so that each is logged once.
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
            person_key: signed_in.as_ref().map(SignedIn::person_key),
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

/// Finds out who is asking, before any page does. Answers of server functions say whose they are: a page that was made for
/// somebody else notices.
pub(crate) async fn introduce(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_call = parts.uri.path().starts_with("/api/fn/");
    let mut key = None;
    if let Ok(Some(signed_in)) = SignedIn::from_request_parts(&mut parts, &()).await {
        key = is_call.then(|| signed_in.person_key());
        let person = house.people.person(&signed_in).await;
        house.people.remember(&person, signed_in.identity().signed_in_at);
        let asking = Asking {
            visitor: Visitor::Person(Arc::new(person)),
            signed_in: Some(signed_in),
        };
        parts.extensions.insert(asking);
    }
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if is_call && let Ok(key) = HeaderValue::from_str(key.as_deref().unwrap_or(NOBODY)) {
        response.headers_mut().insert(PERSON_HEADER, key);
    }
    response
}

/// Turns identities into persons, by each provider's names for claims and what the directory knows.
pub(crate) struct People {
    providers: HashMap<ProviderId, ProviderSettings>,
    directory: Directory,
    store: Store,
    tasks: BackgroundTasks,
    remembered: Mutex<HashMap<PersonId, Remembered>>,
    /// Whose claims of which name could not be read and were logged.
    unreadable: Mutex<HashSet<(PersonId, &'static str)>>,
}

/// What was stored of a person, and by which of their sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Remembered {
    name: String,
    email: Option<String>,
    signed_in_at: OffsetDateTime,
}

impl Remembered {
    /// Takes over what a sign-in says, unless it is an earlier one. Whether there is something to store.
    fn learn(&mut self, new: Self) -> bool {
        if new.signed_in_at < self.signed_in_at {
            return false;
        }
        let is_news = (&new.name, &new.email) != (&self.name, &self.email);
        *self = new;
        is_news
    }
}

impl People {
    pub(crate) fn new(
        providers: &[ProviderSettings],
        directory: Directory,
        store: Store,
        tasks: BackgroundTasks,
    ) -> Self {
        let providers = providers
            .iter()
            .map(|settings| (settings.provider.id.clone(), settings.clone()))
            .collect();
        Self {
            providers,
            directory,
            store,
            tasks,
            remembered: Mutex::default(),
            unreadable: Mutex::default(),
        }
    }

    async fn person(&self, signed_in: &SignedIn) -> Person {
        let identity = signed_in.identity();
        let settings = self.providers.get(&identity.provider);
        let Claimed {
            mut person,
            unreadable_roles,
        } = claimed(identity, settings.map(|settings| &settings.claims));
        if let Some(settings) = settings {
            self.directory.complete(&mut person, signed_in, settings).await;
        }
        self.log_unreadable(&identity.provider, &person, "groups", person.groups.unreadable());
        self.log_unreadable(&identity.provider, &person, "roles", unreadable_roles);
        person
    }

    /// Once for each person: what cannot be read today can hardly be read at their next click.
    fn log_unreadable(&self, provider: &ProviderId, person: &Person, what: &'static str, unreadable: usize) {
        if unreadable == 0 {
            return;
        }
        let mut logged = locked(&self.unreadable);
        if logged.len() >= REMEMBERED {
            logged.clear();
        }
        if logged.insert((person.id.clone(), what)) {
            tracing::warn!(
                %provider, subject = %person.id, claim = what, unreadable,
                "a claim holds something else than texts, which was left out"
            );
        }
    }

    /// Stores name and e-mail address of somebody seen for the first time, or with new ones, without making them wait. The latest
    /// sign-in counts: an older session goes on with older claims.
    fn remember(self: &Arc<Self>, person: &Person, signed_in_at: OffsetDateTime) {
        let new = Remembered {
            name: person.name.clone(),
            email: person.email.clone(),
            signed_in_at,
        };
        let mut remembered = locked(&self.remembered);
        if let Some(known) = remembered.get_mut(&person.id) {
            if !known.learn(new) {
                return;
            }
        } else {
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
            remembered.insert(person.id.clone(), new);
        }
        drop(remembered);
        let (people, person) = (Arc::clone(self), person.clone());
        self.tasks.spawn(async move {
            if let Err(error) = people.store.remember_person(&person).await {
                tracing::warn!(%error, "the name of somebody who signed in could not be stored");
                // Tried again at their next request.
                locked(&people.remembered).remove(&person.id);
            }
        });
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_1_the_latest_sign_in_says_what_somebody_is_called() {
        let said = |email: &str, second: i64| Remembered {
            name: "Ann".to_owned(),
            email: Some(email.to_owned()),
            signed_in_at: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(second),
        };
        let mut known = said("old@a.example", 1);
        assert!(!known.learn(said("old@a.example", 3)), "nothing new");
        assert!(!known.learn(said("between@a.example", 2)), "an earlier sign-in");
        assert!(known.learn(said("new@a.example", 4)));
        assert!(!known.learn(said("old@a.example", 3)));
        assert_eq!(known, said("new@a.example", 4));
    }
}
