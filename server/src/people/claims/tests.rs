//! A person is made of what providers really send.

use bff::ProviderId;
use serde_json::json;

use super::*;

fn person(claims: &Value) -> Person {
    all(claims).person
}

fn all(claims: &Value) -> PersonFromClaims {
    let identity = Identity {
        provider: ProviderId::parse("customers").unwrap(),
        issuer: "https://a.example".to_owned(),
        subject: "7".to_owned(),
        claims: claims.as_object().cloned().unwrap_or_default(),
        signed_in_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    let names = ClaimNames {
        groups: "groups".into(),
        roles: "roles".into(),
        job_title: "job_title".into(),
        object_id: "oid".into(),
    };
    person_from_claims(&identity, Some(&names))
}

fn known(groups: &[&str]) -> Groups {
    Groups::Known(groups.iter().copied().map(Group::new).collect())
}

#[test]
fn po_2_an_absent_group_claim_is_not_an_empty_list() {
    assert_eq!(person(&json!({})).groups, Groups::Unknown);
    assert_eq!(person(&json!({"groups": null})).groups, Groups::Unknown);
    assert_eq!(person(&json!({"groups": []})).groups, known(&[]));
    assert_eq!(person(&json!({"groups": "a"})).groups, known(&["a"]));
    assert_eq!(person(&json!({"groups": ["a", "b"]})).groups, known(&["a", "b"]));
}

#[test]
fn po_2_of_a_group_list_the_texts_are_taken_and_the_rest_is_counted() {
    let incomplete = |groups: &[&str], unreadable| Groups::Incomplete {
        groups: groups.iter().copied().map(Group::new).collect(),
        unreadable,
    };
    for (sent, expected) in [
        (json!(["a", 7, "b"]), incomplete(&["a", "b"], 1)),
        (json!([null, "a", {"id": "b"}, ["c"], true, 1.5]), incomplete(&["a"], 5)),
        (json!([7]), incomplete(&[], 1)),
        (json!({"0": "a"}), incomplete(&[], 1)),
        (json!(7), incomplete(&[], 1)),
        (json!(true), incomplete(&[], 1)),
    ] {
        assert_eq!(person(&json!({"groups": sent})).groups, expected, "{sent}");
    }
    let person_from_claims = all(&json!({"roles": ["Admin", 7]}));
    assert_eq!(
        (person_from_claims.person.roles, person_from_claims.unreadable_roles),
        (vec!["Admin".to_owned()], 1)
    );
}

#[test]
fn si_1_a_blank_name_falls_to_the_parts_then_to_the_user_name_then_to_the_address() {
    let all = json!({
        "name": "Ann Archer", "given_name": "Anna", "family_name": "Archer", "preferred_username": "ann", "email": "a@b.example"
    });
    let order = ["Ann Archer", "Anna Archer", "ann", "a@b.example", "7"];
    let without = [
        &[][..],
        &["name"],
        &["given_name", "family_name"],
        &["preferred_username"],
        &["email"],
    ];
    for blank in [
        json!(""),
        json!("  \u{a0}"),
        json!("\u{200b}"),
        json!("\n"),
        json!(null),
        json!(7),
        json!(["x"]),
    ] {
        let mut claims = all.clone();
        for (names, expected) in without.into_iter().zip(order) {
            for name in names {
                claims[*name] = blank.clone();
            }
            assert_eq!(person(&claims).name, expected, "{claims}");
        }
    }
    assert_eq!(person(&json!({"given_name": " Ann "})).name, "Ann");
    assert_eq!(person(&json!({"name": " ", "family_name": "Archer"})).name, "Archer");
    assert_eq!(person(&json!({"name": "  Ann  Archer "})).name, "Ann  Archer");
}

#[test]
fn si_3_the_first_of_the_emails_is_shown_where_there_is_no_email() {
    let of = |claims: &Value| {
        let person = person(claims);
        (person.email, person.name)
    };
    let reported = |email: &str, name: &str| (Some(email.to_owned()), name.to_owned());
    let two = json!(["a@b.example", "c@d.example"]);
    assert_eq!(of(&json!({"emails": two})), reported("a@b.example", "a@b.example"));
    assert_eq!(
        of(&json!({"emails": two, "name": "Ann"})),
        reported("a@b.example", "Ann")
    );
    assert_eq!(
        of(&json!({"emails": two, "email": "e@f.example"})),
        reported("e@f.example", "e@f.example")
    );
    assert_eq!(
        of(&json!({"emails": two, "email": " "})),
        reported("a@b.example", "a@b.example")
    );
    assert_eq!(
        of(&json!({"emails": [7, "", "c@d.example"]})),
        reported("c@d.example", "c@d.example")
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
fn po_3_what_rules_compare_is_in_one_normal_form() {
    let person = person(&json!({
        "name": "Zoe\u{308}", "job_title": "Gescha\u{308}ftsfu\u{308}hrer ", "roles": ["Pru\u{308}fer"], "groups": ["Mu\u{308}nchen"]
    }));
    assert_eq!(person.name, "Zoë");
    assert_eq!(
        person.job_title.as_deref(),
        Some("Geschäftsführer "),
        "compared letter by letter"
    );
    assert_eq!(
        (person.roles, person.groups),
        (vec!["Prüfer".to_owned()], known(&["München"]))
    );
}

#[test]
fn a_picture_is_shown_only_from_allowed_sources() {
    assert!(may_be_shown("https://a.example/x.png") && may_be_shown("http://localhost:4041/people/alice.svg"));
    assert!(!may_be_shown("javascript:alert(1)") && !may_be_shown("http://a.example/x.png") && !may_be_shown("data:x"));
}
