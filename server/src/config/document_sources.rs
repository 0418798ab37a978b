//! `[git]` and `[[sources]]`: repositories whose files are documents.

use std::{path::PathBuf, time::Duration};

use super::{
    Config,
    reader::{Reader, Section},
    tables::{GitTable, SourceTable},
};
use crate::{
    git::{Credentials, GitAddress, GitSettings, Repository},
    import::Drafts,
};

/// A repository that is pulled again and again.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// What the source is called.
    pub name: String,
    /// Where its files are.
    pub repository: Repository,
    /// Where its documents are put.
    pub folder: Option<String>,
    /// Owner of files that name none.
    pub owner: Option<String>,
    /// Groups of files that name none.
    pub groups: Vec<String>,
    /// Whether files that do not say are private.
    pub private: bool,
    /// What happens to drafts.
    pub drafts: Drafts,
    /// How long after a pull the next one is.
    pub every: Duration,
}

/// How repositories are fetched; `beside` is where they lie if no folder is written.
pub(super) fn git(table: GitTable, beside: Option<PathBuf>) -> GitSettings {
    GitSettings {
        folder: table.folder.or(beside).unwrap_or_else(|| PathBuf::from("data/git")),
        max_size: table.max_size as u64,
        timeout: table.timeout,
    }
}

/// Every source without a mistake.
pub(super) fn read_all(reader: &mut Reader, tables: Vec<SourceTable>) -> Vec<SourceSettings> {
    let mut sources: Vec<SourceSettings> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let mut section = reader.section(format!("sources[{index}]"));
        if sources.iter().any(|other| Some(&other.name) == table.name.as_ref()) {
            section.add(
                "name",
                "is that of another source, whose documents it would replace — write another one",
            );
        }
        sources.extend(read(&mut section, table));
    }
    sources
}

fn read(section: &mut Section<'_>, table: SourceTable) -> Option<SourceSettings> {
    let name = section.required("name", table.name);
    let address = section.required("git", table.git);
    let credentials = Credentials {
        username: table.username,
        password: table.password,
        ssh_key: table.ssh_key,
        known_hosts: table.known_hosts,
    };
    check_credentials(section, address.as_ref(), &credentials);
    Some(SourceSettings {
        name: name?,
        repository: Repository {
            address: address?,
            branch: table.branch,
            path: table.path.unwrap_or_default(),
            credentials,
        },
        folder: table.folder,
        owner: table.owner,
        groups: table.groups,
        private: table.private,
        drafts: table.drafts,
        every: table.every,
    })
}

/// What another kind of address would need is a mistake: nobody would be signed in by it.
fn check_credentials(section: &mut Section<'_>, address: Option<&GitAddress>, credentials: &Credentials) {
    let (is_http, is_ssh) = match address {
        Some(GitAddress::Http(_)) => (true, false),
        Some(GitAddress::Ssh(_)) => (false, true),
        Some(GitAddress::Local(_)) => (false, false),
        None => return,
    };
    let for_http = "is for `https://` alone — remove the line";
    let for_ssh = "is for SSH alone — remove the line";
    for (key, is_written, is_used, issue) in [
        ("username", credentials.username.is_some(), is_http, for_http),
        ("password", credentials.password.is_some(), is_http, for_http),
        ("ssh_key", credentials.ssh_key.is_some(), is_ssh, for_ssh),
        ("known_hosts", credentials.known_hosts.is_some(), is_ssh, for_ssh),
    ] {
        if is_written && !is_used {
            section.add(key, issue);
        }
    }
    if credentials.username.is_some() && credentials.password.is_none() && is_http {
        section.add(
            "username",
            "needs a `password` beside it — write the token as `password`, or remove the line",
        );
    }
    if credentials.username.as_ref().is_some_and(|name| name.contains(':')) {
        section.add(
            "username",
            "holds a `:`, which separates it from the password — write the name alone",
        );
    }
}

/// Owners that are nobody. Those of a site whose providers have mistakes are not judged.
pub(super) fn check_owners(reader: &mut Reader, config: &Config, has_demo: bool) {
    if has_demo || config.providers.is_empty() {
        return;
    }
    for (index, source) in config.sources.iter().enumerate() {
        if let Some(Err(error)) = source.owner.as_ref().map(|owner| config.resolve_person(owner)) {
            let section = &mut reader.section(format!("sources[{index}]"));
            section.add(
                "owner",
                issue!("{error} — write `provider:subject`, or `issuer|subject`"),
            );
        }
    }
}
