//! Repositories: addresses, branches and folders.

use crate::{
    config::{problem::Issue, schema::Format},
    git::{BranchName, GitAddress, RepositoryPath, address::InvalidAddress},
    import::source::Source,
};

/// What is wrong, without the text: an address may hold a secret.
fn issue(InvalidAddress(what): InvalidAddress) -> Issue {
    let (what, remedy) = what.split_once(": ").unwrap_or((what, "write another one"));
    issue!("{what} — {remedy}")
}

/// Where a repository is.
pub(crate) fn git_address() -> Format<GitAddress> {
    Format::text("address of a repository", |text| GitAddress::parse(text).map_err(issue))
}

/// A branch.
pub(crate) fn branch() -> Format<BranchName> {
    Format::text("name of a branch", |text| BranchName::parse(text).map_err(issue))
}

/// A folder in a repository.
pub(crate) fn repository_path() -> Format<RepositoryPath> {
    Format::text("folder inside a repository", |text| {
        RepositoryPath::parse(text).map_err(issue)
    })
}

/// The name of a source.
pub(crate) fn source_name() -> Format<String> {
    Format::text("text", |text| {
        let is_name = Source::is_name(text);
        let what = "is empty, longer than 200 letters or holds a control character";
        is_name
            .then(|| text.trim().to_owned())
            .ok_or_else(|| issue!("{what} — write a short name, such as `handbook`"))
    })
}
