//! From the identity of a session to a [`Person`]: claims by the names each provider's configuration gives ([`claims`]), completed by the
//! directory. Names of people are stored on the way, so that documents can name their owners.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bff::{BackgroundTasks, ProviderId, SignedIn, error_chain};
use domain::{Person, PersonId};
use store::Store;
use time::OffsetDateTime;

use crate::{config::ProviderSettings, directory::Directory};

mod claims;
mod resolve_person;

use claims::{PersonFromClaims, person_from_claims};

/// Most people whose stored name is remembered in memory; beyond it, names are written again. As many unreadable claims are remembered, so
/// that each is logged once.
const MAX_REMEMBERED: usize = 10_000;

/// Turns identities into persons, by each provider's claim names and what the directory knows.
pub(crate) struct People {
    providers: HashMap<ProviderId, ProviderSettings>,
    directory: Directory,
    pub(crate) store: Store,
    tasks: BackgroundTasks,
    stored: Mutex<HashMap<PersonId, StoredName>>,
    /// The persons and claims for which a warning was logged.
    warned: Mutex<HashSet<(PersonId, &'static str)>>,
}

/// What was stored of a person, and the time of the sign-in it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StoredName {
    name: String,
    email: Option<String>,
    signed_in_at: OffsetDateTime,
}

impl StoredName {
    /// Takes over the values of a sign-in, unless it is an earlier one. Returns whether there is something to store.
    fn update(&mut self, new: Self) -> bool {
        if new.signed_in_at < self.signed_in_at {
            return false;
        }
        let is_changed = (&new.name, &new.email) != (&self.name, &self.email);
        *self = new;
        is_changed
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
            stored: Mutex::default(),
            warned: Mutex::default(),
        }
    }

    /// The person of a session.
    pub(crate) async fn person(&self, signed_in: &SignedIn) -> Person {
        let identity = signed_in.identity();
        let settings = self.providers.get(&identity.provider);
        let PersonFromClaims {
            mut person,
            unreadable_roles,
        } = person_from_claims(identity, settings.map(|settings| &settings.claims));
        if let Some(settings) = settings {
            self.directory.complete(&mut person, signed_in, settings).await;
        }
        self.warn_unreadable(&identity.provider, &person, "groups", person.groups.unreadable());
        self.warn_unreadable(&identity.provider, &person, "roles", unreadable_roles);
        person
    }

    /// Logs once for each person and claim, since the claims of a session do not change.
    fn warn_unreadable(&self, provider: &ProviderId, person: &Person, claim: &'static str, unreadable: usize) {
        if unreadable == 0 {
            return;
        }
        let mut warned = lock(&self.warned);
        if warned.len() >= MAX_REMEMBERED {
            warned.clear();
        }
        if warned.insert((person.id.clone(), claim)) {
            tracing::warn!(
                %provider, subject = %person.id, claim, unreadable,
                "a claim holds values that are not texts, which were ignored"
            );
        }
    }

    /// Stores name and e-mail address in the background if they are new or changed. The latest sign-in counts: an older session retains its
    /// older claims.
    pub(crate) fn store_name(self: &Arc<Self>, person: &Person, signed_in_at: OffsetDateTime) {
        let new = StoredName {
            name: person.name.clone(),
            email: person.email.clone(),
            signed_in_at,
        };
        let mut stored = lock(&self.stored);
        if let Some(known) = stored.get_mut(&person.id) {
            if !known.update(new) {
                return;
            }
        } else {
            if stored.len() >= MAX_REMEMBERED {
                stored.clear();
            }
            stored.insert(person.id.clone(), new);
        }
        drop(stored);
        let (people, person) = (Arc::clone(self), person.clone());
        self.tasks.spawn(async move {
            match people.store.upsert_person(&person).await {
                Ok(()) => tracing::debug!(subject = %person.id, "a person's name was stored"),
                Err(error) => {
                    tracing::warn!(error = error_chain(&error), "a person's name could not be stored");
                    // Removed, so that their next request tries again.
                    lock(&people.stored).remove(&person.id);
                }
            }
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_1_the_latest_sign_in_states_what_somebody_is_called() {
        let name = |email: &str, second: i64| StoredName {
            name: "Ann".to_owned(),
            email: Some(email.to_owned()),
            signed_in_at: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(second),
        };
        let mut known = name("old@a.example", 1);
        assert!(!known.update(name("old@a.example", 3)), "nothing new");
        assert!(!known.update(name("between@a.example", 2)), "an earlier sign-in");
        assert!(known.update(name("new@a.example", 4)));
        assert!(!known.update(name("old@a.example", 3)));
        assert_eq!(known, name("new@a.example", 4));
    }
}
