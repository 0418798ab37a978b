//! The requests to Graph about one person: groups, then their names; concurrently profile, manager and reports. If one fails, all fail, since
//! a partial result would be taken for the whole.

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
    lookup::{FetchRequest, ObjectId, Profile},
};
use crate::config::ProfileToken;

/// Most groups that Graph returns for one person.
const MAX_GROUPS: usize = 11_000;
/// Most reports of one person that a rule can use.
const MAX_REPORTS: usize = 5_000;
/// Most ids that Graph looks up in one request.
const IDS_PER_REQUEST: usize = 1_000;
/// Longest name, in characters; the rest is cut off.
const MAX_NAME: usize = 256;
/// The properties of a profile that are fetched.
const PROFILE_QUERY: [(&str, &str); 1] = [("$select", "id,displayName,mail,userPrincipalName,jobTitle")];

/// What was found; `None` for fields that were not requested.
pub(super) struct Found {
    pub(super) groups: Option<Vec<(Group, Option<String>)>>,
    pub(super) profile: Option<Profile>,
    /// Manager and reports.
    pub(super) reporting_line: Option<(Option<ObjectId>, Vec<ObjectId>)>,
}

impl Graph {
    /// Fetches the requested fields. The application's token is obtained where it is used: a public client, whose people read their
    /// profile with their own tokens, has none.
    pub(super) async fn read(&self, request: &FetchRequest) -> Result<Found, GraphError> {
        let key = &request.key;
        let provider = key.provider.as_str();
        let (groups, profile, reporting_line) = try_join3(
            async {
                if !key.fields.groups {
                    return Ok(None);
                }
                let token = self.token(provider).await?;
                self.groups(&token, &key.object_id).await.map(Some)
            },
            self.profile(request),
            async {
                if !key.fields.reporting_line {
                    return Ok(None);
                }
                let token = self.token(provider).await?;
                let manager = self.manager(&token, &key.object_id).await?;
                Ok(Some((manager, self.reports(&token, &key.object_id).await?)))
            },
        )
        .await?;
        Ok(Found {
            groups,
            profile,
            reporting_line,
        })
    }

    /// Security groups, nested ones too.
    async fn groups(&self, token: &AccessToken, id: &ObjectId) -> Result<Vec<(Group, Option<String>)>, GraphError> {
        let address = self.address(&["users", id.as_str(), "getMemberGroups"], &[])?;
        let first = self
            .post(token, address, &json!({ "securityEnabledOnly": true }))
            .await?;
        let items = self.list(token, first, MAX_GROUPS).await?;
        let ids: Option<Vec<String>> = items.iter().map(|id| id.as_str().map(str::to_owned)).collect();
        let ids = ids.ok_or(GraphError::Malformed("a group without id"))?;
        let mut names = self.names(token, &ids).await?;
        let groups = ids.into_iter().map(|id| {
            let name = names.remove(&id);
            (Group::new(id), name)
        });
        Ok(groups.collect())
    }

    /// Display names of groups, by id. Names the application may not read are missing.
    async fn names(&self, token: &AccessToken, ids: &[String]) -> Result<HashMap<String, String>, GraphError> {
        let mut names = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS_PER_REQUEST) {
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
            Err(GraphError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn reports(&self, token: &AccessToken, id: &ObjectId) -> Result<Vec<ObjectId>, GraphError> {
        let query = [("$select", "id"), ("$top", "999")];
        let address = self.address(&["users", id.as_str(), "directReports"], &query)?;
        let first = self.get(token, address).await?;
        let reports = self.list(token, first, MAX_REPORTS).await?;
        reports.iter().map(object_id).collect()
    }

    async fn profile(&self, request: &FetchRequest) -> Result<Option<Profile>, GraphError> {
        let key = &request.key;
        let id = &key.object_id;
        let own = match key.fields.profile {
            ProfileToken::None => return Ok(None),
            ProfileToken::Application => None,
            // Without a token of the person, the application's is used.
            ProfileToken::Person => request.signed_in.access_token().await.ok(),
        };
        if let Some(own) = own {
            match self.get(&own, self.address(&["me"], &PROFILE_QUERY)?).await {
                Err(GraphError::Refused(_)) => tracing::debug!("a person's token is not for the directory"),
                result => return profile_of(&result?, id).map(Some),
            }
        }
        let application = self.token(key.provider.as_str()).await?;
        let address = self.address(&["users", id.as_str()], &PROFILE_QUERY)?;
        profile_of(&self.get(&application, address).await?, id).map(Some)
    }
}

/// The profile of `user`, which has to have the id that was requested.
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

/// A property as text, cut to [`MAX_NAME`]; `None` if it is missing or blank.
fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str().filter(|text| !is_blank(text))?;
    Some(nfc(text.chars().take(MAX_NAME).collect::<String>()))
}
