//! Which token does the application itself have? One by client credentials (RFC 6749 §4.4), kept until it is about to
//! expire and asked for once however many want it. It speaks for the site, not for a person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;

use super::endpoint::{EndpointError, Granted};
use super::{AccessToken, TokenError, Tokens};
use crate::event::{Outcome as Came, What, event};
use crate::flight::{self, launch};
use crate::problem::chain;

/// What is suggested when the provider suggests nothing.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// Kinds of tokens that are kept; requests are made by code, not by visitors.
const MAX_KEPT: usize = 1_000;
/// What only this crate says in such a request.
const OURS: [&str; 8] = [
    "grant_type",
    "scope",
    "audience",
    "resource",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// What a token for the application itself should be good for. The default asks for what the provider gives by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientTokenRequest {
    /// Scopes, joined by a space into `scope`.
    pub scopes: Vec<String>,
    /// `audience`, where a provider wants that.
    pub audience: Option<String>,
    /// `resource` (RFC 8707 §2.2).
    pub resource: Option<String>,
    /// More parameters; `grant_type`, credentials and those above cannot be changed by them.
    pub extra: Vec<(String, String)>,
}

impl ClientTokenRequest {
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        for (name, value) in [
            ("scope", scope),
            ("audience", self.audience.clone()),
            ("resource", self.resource.clone()),
        ] {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        let extra = self.extra.iter().filter(|(name, _)| !OURS.contains(&name.as_str()));
        fields.extend(extra.cloned());
        fields
    }
}

type Key = (String, ClientTokenRequest);
type Outcome = Result<Granted, TokenError>;
type Flight = flight::Flight<Outcome>;

/// The tokens of the application, and the requests for them under way.
#[derive(Default)]
pub(crate) struct ClientTokens(Mutex<HashMap<Key, Flight>>);

impl Tokens {
    /// A token for the application itself from the provider called `provider`, ready to be shown.
    pub(crate) async fn for_application(
        self: &Arc<Self>,
        provider: &str,
        request: ClientTokenRequest,
    ) -> Result<AccessToken, TokenError> {
        let granted = self.client_token((provider.to_owned(), request)).await?;
        let binding = self.providers.find(provider).and_then(|p| p.binding(&granted));
        Ok(AccessToken::new(&granted.access_token, binding))
    }

    async fn client_token(self: &Arc<Self>, key: Key) -> Outcome {
        let flight = {
            let mut kept = self.of_application.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now().unix_timestamp();
            // Kept: what is under way, and what is good for a while. Failures are asked again.
            let good = |f: &Flight| {
                f.peek()
                    .is_none_or(|o| o.as_ref().is_ok_and(|granted| now < granted.renew_at))
            };
            if !kept.get(&key).is_some_and(good) {
                kept.remove(&key);
                if kept.len() >= MAX_KEPT {
                    kept.retain(|_, flight| good(flight));
                }
                if kept.len() >= MAX_KEPT {
                    kept.clear();
                }
            }
            kept.entry(key.clone()).or_insert_with(|| self.fly(key)).clone()
        };
        flight.await
    }

    /// A task of its own: a request that goes away does not take the answer with it.
    fn fly(self: &Arc<Self>, (provider, request): Key) -> Flight {
        let tokens = Arc::clone(self);
        let asking = async move { tokens.ask_for_client_token(&provider, &request).await };
        let flight = launch(&self.tasks, asking, || Err(unavailable(None)));
        // Looked at in any case: an answer that nobody waited for would count as under way until somebody finds it, too late.
        self.tasks.spawn(flight.clone().map(drop));
        flight
    }

    async fn ask_for_client_token(&self, provider: &str, request: &ClientTokenRequest) -> Outcome {
        let provider = self.providers.find(provider).ok_or(TokenError::NotGranted)?;
        let metadata = provider.discovery.ready().await.map_err(|_| unavailable(None))?;
        let fields = request.fields();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let asked = provider.ask_for_tokens_of_any_resource(&metadata, &fields, None).await;
        asked.map_err(|error| {
            event(What::ClientToken, Came::Failed)
                .provider(provider.config.id.as_str())
                .reason(&chain(&error))
                .record();
            match error {
                // Its own name or secret is wrong, or what it asks for: asking again changes nothing.
                EndpointError::Refused { .. } => TokenError::NotGranted,
                EndpointError::Trouble { retry_after, .. } => unavailable(retry_after),
                EndpointError::NoAnswer(_) | EndpointError::Malformed(_) => unavailable(None),
            }
        })
    }
}

fn unavailable(retry_after: Option<Duration>) -> TokenError {
    TokenError::ProviderUnavailable {
        retry_after: retry_after.unwrap_or(RETRY_AFTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_3_more_parameters_do_not_replace_what_is_ours() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = ClientTokenRequest {
            scopes: vec!["a".into(), "b".into()],
            extra: vec![
                pair("tenant", "x"),
                pair("grant_type", "password"),
                pair("client_id", "y"),
            ],
            ..ClientTokenRequest::default()
        };
        let expected = [
            pair("grant_type", "client_credentials"),
            pair("scope", "a b"),
            pair("tenant", "x"),
        ];
        assert_eq!(request.fields(), expected);
    }
}
