//! Profile, manager and reports from the directory.

use std::fs;

use domain::{PersonId, ReportingLine};
use http::StatusCode;
use policy::Policy;
use serde_json::{Value, json};
use server::{Config, config::ProfileToken};
use tempfile::TempDir;

use super::{document, profile, requested};
use crate::{
    documents::shelf::{ISSUER, bob, carol, policy_folder},
    support::{Database, TestSite},
};

/// What an operator could write about managers.
const RULES: &str = r#"
@id("manager")
@because("{owner} reports to you")
permit (principal, action == Action::"view", resource)
when { principal has reports && principal.reports.contains(resource.owner) };

@id("of-the-manager")
@because("{owner} is your manager")
permit (principal, action == Action::"view", resource)
when { principal has manager && resource.owner == principal.manager && resource.folder == "team" };
"#;

/// The shipped rules, and those about managers.
fn policies() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in ["schema.cedarschema", "documents.cedar"] {
        fs::copy(policy_folder().join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("managers.cedar"), RULES).unwrap();
    folder
}

#[tokio::test]
async fn po_4_a_manager_reads_what_their_reports_own() {
    let folder = policies();
    for database in [None, Some(Database::postgres().await)] {
        let path = folder.path().to_owned();
        let site = TestSite::on(database, move |config: &mut Config| {
            config.policies = path;
            config.providers[0].directory.manager = true;
        })
        .await;
        let id = document(&site, "Board").await;
        // The directory names reports by ids of its own: whose they are is known once they signed in.
        site.sign_in("dave").await.get("/").await;
        let mut alice = site.sign_in("alice").await;
        let opened = alice.get(&format!("/docs/{id}")).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        assert!(opened.body.contains("Dave Dunn reports to you"), "{}", opened.body);
        for other in ["bob", "erin"] {
            let mut other = site.sign_in(other).await;
            assert_eq!(other.get(&format!("/docs/{id}")).await.status, StatusCode::FORBIDDEN);
        }
    }
}

#[test]
fn po_4_manager_and_reports_are_known_to_the_policy_and_unknown_ones_grant_nothing() {
    let folder = policies();
    let policy = Policy::load(folder.path()).unwrap();
    let (boss, worker) = (carol(), bob());
    let rules = |person: &domain::Person, owner: &PersonId| {
        let facts = domain::DocumentFacts {
            id: domain::DocumentId::new(7).unwrap(),
            title: "A paper",
            folder: "team",
            owner,
            owner_name: None,
            groups: &[],
            is_private: true,
            updated_at: 0,
        };
        let reasons = policy.decide(person, &facts).reasons().unwrap_or_default();
        reasons.into_iter().map(|reason| reason.rule).collect::<Vec<_>>()
    };
    let mut person = worker.clone();
    assert!(rules(&person, &boss.id).is_empty());
    person.reporting_line.manager = Some(boss.id.clone());
    assert_eq!(rules(&person, &boss.id), ["of-the-manager"]);
    person.reporting_line = ReportingLine {
        manager: None,
        reports: Some(vec![PersonId::new(ISSUER, "erin")]),
    };
    assert_eq!(rules(&person, &PersonId::new(ISSUER, "erin")), ["manager"]);
    assert!(rules(&person, &boss.id).is_empty());
    person.reporting_line.reports = Some(Vec::new());
    assert!(rules(&person, &PersonId::new(ISSUER, "erin")).is_empty());
}

/// Claims that differ from the directory.
fn old_claims(site: &TestSite) {
    site.provider.change(|faults| {
        for claims in [&mut faults.id_token, &mut faults.userinfo] {
            claims.extend(
                json!({"name": "Old Name", "email": null, "job_title": "CEO"})
                    .as_object()
                    .unwrap()
                    .clone(),
            );
        }
    });
}

#[tokio::test]
async fn si_1_the_home_page_welcomes_by_the_directorys_name_and_shows_mail_or_principal_name() {
    let site =
        TestSite::with_provider(|config| config.providers[0].directory.profile = ProfileToken::Application).await;
    old_claims(&site);
    // dave has no `mail`, only a `userPrincipalName`.
    for (who, welcome) in [("alice", "Welcome, Alice Archer"), ("dave", "Welcome, Dave Dunn")] {
        let mut person = site.sign_in(who).await;
        let home = person.get("/").await.body;
        assert!(
            home.contains(welcome) && home.contains(&format!("{who}@portico.example")),
            "{home}"
        );
        assert_eq!(
            profile(&mut person).await["job_title"],
            Value::Null,
            "the directory knows of no title"
        );
    }
}

#[tokio::test]
async fn si_1_the_persons_own_token_opens_their_profile_and_else_the_applications() {
    for (scope, used) in [("User.Read", 1), ("email", 2)] {
        let site = TestSite::with_provider(move |config| {
            let settings = &mut config.providers[0];
            settings.directory.profile = ProfileToken::Person;
            settings.provider.scopes = ["openid", "profile", scope].map(str::to_owned).to_vec();
        })
        .await;
        old_claims(&site);
        let mut alice = site.sign_in("alice").await;
        assert_eq!(profile(&mut alice).await["name"], "Alice Archer", "{scope}");
        assert_eq!(requested(&site), used, "{scope}");
    }
}

#[tokio::test]
async fn si_1_the_persons_own_token_opens_their_profile_where_the_application_has_none() {
    // A public client; the second time somebody is in more groups than their token holds, which no token states then.
    for has_more in [false, true] {
        let site = TestSite::with_provider(|config| {
            let settings = &mut config.providers[0];
            settings.directory.profile = ProfileToken::Person;
            settings.provider.client_secret = None;
            settings.provider.scopes = ["openid", "profile", "User.Read"].map(str::to_owned).to_vec();
        })
        .await;
        old_claims(&site);
        site.provider.change(|faults| {
            for claims in [&mut faults.id_token, &mut faults.userinfo] {
                claims.insert("job_title".to_owned(), json!("Intern"));
                claims.insert("hasgroups".to_owned(), json!(has_more));
            }
        });
        let mut carol = site.sign_in("carol").await;
        let shown = profile(&mut carol).await;
        let reported = [&shown["name"], &shown["email"], &shown["job_title"]];
        assert_eq!(reported, ["Carol Chen", "carol@portico.example", "CEO"], "{has_more}");
        let groups = if has_more { Value::Null } else { json!([]) };
        assert_eq!((&shown["groups"], requested(&site)), (&groups, 1), "{has_more}");
    }
}
