//! Which requests answer a question about one person? Groups, then their names; beside that profile, manager and reports.
//! All or nothing: half an answer would be taken for the whole.

use std::collections::HashMap;

use bff::AccessToken;
use domain::{
    Group,
    text::{is_blank, nfc},
};
use futures::future::try_join3;
use serde_json::{Value, json};

use super::{
    graph::{Graph, GraphError},
    question::{ObjectId, Profile, Question},
};
use crate::config::ProfileToken;

/// The most groups Graph tells of one person.
const MOST_GROUPS: usize = 11_000;
/// The most reports of one person that are of use to a rule.
const MOST_REPORTS: usize = 5_000;
/// Ids Graph looks up at once.
const IDS_AT_ONCE: usize = 1_000;
/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 256;
/// What is read of a profile.
const PROFILE: [(&str, &str); 1] = [("$select", "id,displayName,mail,userPrincipalName,jobTitle")];

/// What was found; `None` for what was not wanted.
pub(super) struct Found {
    pub(super) groups: Option<Vec<(Group, Option<String>)>>,
    pub(super) profile: Option<Profile>,
    /// Manager and reports.
    pub(super) line: Option<(Option<ObjectId>, Vec<ObjectId>)>,
}

impl Graph {
    /// Everything that is wanted of a person. The application's token is asked for where it is used: a public client, whose
    /// people read their profile themselves, has none.
    pub(super) async fn read(&self, question: &Question) -> Result<Found, GraphError> {
        let key = &question.key;
        let provider = key.provider.as_str();
        let (groups, profile, line) = try_join3(
            async {
                if !key.wanted.groups {
                    return Ok(None);
                }
                let token = self.token(provider).await?;
                self.groups(&token, &key.object_id).await.map(Some)
            },
            self.profile(question),
            async {
                if !key.wanted.line {
                    return Ok(None);
                }
                let token = self.token(provider).await?;
                let manager = self.manager(&token, &key.object_id).await?;
                Ok(Some((manager, self.reports(&token, &key.object_id).await?)))
            },
        )
        .await?;
        Ok(Found { groups, profile, line })
    }

    /// Security groups, nested ones too.
    async fn groups(&self, token: &AccessToken, id: &ObjectId) -> Result<Vec<(Group, Option<String>)>, GraphError> {
        let address = self.address(&["users", id.as_str(), "getMemberGroups"], &[])?;
        let first = self
            .post(token, address, &json!({ "securityEnabledOnly": true }))
            .await?;
        let items = self.list(token, first, MOST_GROUPS).await?;
        let ids: Option<Vec<String>> = items.iter().map(|id| id.as_str().map(str::to_owned)).collect();
        let ids = ids.ok_or(GraphError::Malformed("a group without id"))?;
        let mut names = self.names(token, &ids).await?;
        let groups = ids.into_iter().map(|id| {
            let name = names.remove(&id);
            (Group::new(id), name)
        });
        Ok(groups.collect())
    }

    /// What groups are called. Names the application may not read are missing.
    async fn names(&self, token: &AccessToken, ids: &[String]) -> Result<HashMap<String, String>, GraphError> {
        let mut names = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS_AT_ONCE) {
            let address = self.address(&["directoryObjects", "getByIds"], &[("$select", "id,displayName")])?;
            let first = self
                .post(token, address, &json!({ "ids": ids, "types": ["group"] }))
                .await?;
            for group in self.list(token, first, ids.len()).await? {
                names.extend(text(&group, "id").zip(text(&group, "displayName")));
            }
        }
        Ok(names)
    }

    async fn manager(&self, token: &AccessToken, id: &ObjectId) -> Result<Option<ObjectId>, GraphError> {
        let address = self.address(&["users", id.as_str(), "manager"], &[("$select", "id")])?;
        match self.get(token, address).await {
            Ok(manager) => object_id(&manager).map(Some),
            Err(GraphError::NotThere) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn reports(&self, token: &AccessToken, id: &ObjectId) -> Result<Vec<ObjectId>, GraphError> {
        let query = [("$select", "id"), ("$top", "999")];
        let address = self.address(&["users", id.as_str(), "directReports"], &query)?;
        let first = self.get(token, address).await?;
        let reports = self.list(token, first, MOST_REPORTS).await?;
        reports.iter().map(object_id).collect()
    }

    async fn profile(&self, question: &Question) -> Result<Option<Profile>, GraphError> {
        let key = &question.key;
        let id = &key.object_id;
        let own = match key.wanted.profile {
            ProfileToken::None => return Ok(None),
            ProfileToken::Application => None,
            // Not granted, or over: the application may still know.
            ProfileToken::Person => question.signed_in.access_token().await.ok(),
        };
        if let Some(own) = own {
            match self.get(&own, self.address(&["me"], &PROFILE)?).await {
                Err(GraphError::Refused(_)) => tracing::debug!("a person's token is none for the directory"),
                answer => return profile_of(&answer?, id).map(Some),
            }
        }
        let application = self.token(key.provider.as_str()).await?;
        let address = self.address(&["users", id.as_str()], &PROFILE)?;
        profile_of(&self.get(&application, address).await?, id).map(Some)
    }
}

/// A profile, if it is that of the person who was meant.
fn profile_of(user: &Value, id: &ObjectId) -> Result<Profile, GraphError> {
    if object_id(user)? != *id {
        return Err(GraphError::Malformed("the profile of somebody else"));
    }
    Ok(Profile {
        name: text(user, "displayName"),
        email: text(user, "mail").or_else(|| text(user, "userPrincipalName")),
        job_title: text(user, "jobTitle"),
    })
}

fn object_id(value: &Value) -> Result<ObjectId, GraphError> {
    value
        .get("id")
        .and_then(Value::as_str)
        .and_then(ObjectId::parse)
        .ok_or(GraphError::Malformed("somebody without id"))
}

/// A text that is there, not blank, and not endless.
fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str().filter(|text| !is_blank(text))?;
    Some(nfc(text.chars().take(LONGEST_NAME).collect::<String>()))
}
