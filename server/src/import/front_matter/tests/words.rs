//! The vocabulary of other programs is understood, or refused.

use super::{is_refused, of, private};

const REFUSED: &[&str] = &[
    "confidential: true",
    "Confidential: yes",
    "restricted: true",
    "hidden: true",
    "secret: true",
    "internal: true",
    "internal: ",
    "permissions: [HR]",
    "permissions:\n  read: [HR]",
    "teams: [HR]",
    "team: hr",
    "visibility: private",
    "visibility: internal",
    "visibility:",
    "access: members",
    "access: none",
    "visibility: none",
    "acl: []",
    "roles: [admin]",
    "password: hunter2",
    "protected: true",
    "audience: staff",
    "classification: internal",
    "sensitivity: high",
    "members: [bob]",
    "readers: bob",
    "share: true",
    "shared: false",
    "params:\n  private: true",
    "extra: { access: { level: secret } }",
    "isPrivate: true",
    "is_private: true",
    "metadata.private: true",
    "members_only: true",
    "membersOnly: true",
    "login_required: true",
    "requiresAuth: true",
    "allowed_users: [bob]",
    "access-level: 3",
    "AccessControl: deny",
    "visible: false",
    "public: false",
    "public:",
    "confidental: true",
    "visiblity: private",
    "status: private",
    "type: private",
    "tags: [howto, private]",
    "tags: confidential, x",
    "list:\n  - a: 1\n  - secret: true",
    "properties:\n  - name: visibility\n    value: internal",
    "meta: \"private: true\"",
    "embargoed: true",
    "nda: true",
    "vertraulich: true",
    "hide: true",
    "hidden: maybe",
    "internal_only: true",
    "private_page: true",
];

#[test]
fn words_of_other_programs_for_who_may_read_are_refused_at_any_depth() {
    for line in REFUSED {
        let text = format!("---\ntitle: x\n{line}\n---\nText");
        match of(&text) {
            Err(error) => {
                let has_value = error.message.contains("write `private: true`")
                    || error.message.contains("did you mean `private`?");
                assert!(error.line >= 3 && has_value, "{line}: {error:?}");
            }
            Ok(front) => panic!("{line} came in: {front:?}"),
        }
        if line.starts_with("isPrivate") {
            continue; // a slip stays a slip
        }
        let all = format!("---\n{line}\nprivate: true\n---\nText");
        assert!(
            private(&all) == Ok(Some(true)),
            "{line}: it is private whatever else is said"
        );
    }
    assert_eq!(
        of("+++\ntitle = \"x\"\n[params]\nconfidential = true\n+++\n")
            .unwrap_err()
            .line,
        4
    );
    assert_eq!(
        of("{\n\"title\": \"x\",\n\"params\": {\n\"confidential\": true\n}\n}\n")
            .unwrap_err()
            .line,
        4
    );
}

#[test]
fn words_of_other_programs_that_refuse_nobody_are_passed_by() {
    for line in [
        "hidden: false",
        "restricted: false",
        "confidential: no",
        "secret: false",
        "internal: false",
        "protected: \"false\"",
        "public: true",
        "visibility: public",
        "visibility: Public",
        "access: everyone",
        "audience: all",
        "audience: [everyone]",
        "classification: unclassified",
        "share: false",
        "password: \"\"",
        "private: false\nhidden: false",
        "hide: [toc, navigation]",
        "visible: true",
        "tags: [private-networks, secrets, howto]",
        "description: private",
        "sidebar_label: Private",
        "params:\n  private: false",
        "hide_title: true",
        "internal_links: true",
        "social_share_image: a.png",
        "id: intro",
        "sidebar_position: 3",
        "description: \"How to set `private: true`\"",
        "author: HR Team",
    ] {
        let text = format!("---\ntitle: x\n{line}\n---\nText");
        assert!(
            of(&text).is_ok_and(|front| front.draft.is_none()),
            "{line}: {:?}",
            of(&text)
        );
    }
}

const UNFINISHED: &[&str] = &[
    "draft: true",
    "draft: yes",
    "Draft: \"true\"",
    "isDraft: true",
    "published: false",
    "published: no",
    "publish: false",
    "dg-publish: false",
    "publishDate: 2026-06-02",
    "publish_date: 2027-01-01T00:00:00Z",
    "publishDate: \"2 June 2026\"",
    "date: 2026-06-01T12:00:01Z",
    "date: 2030-01-01",
    "date: 1/2/2030",
    "pubDate: 2031-01-01",
    "published: 2030-01-01",
    "published_at: 2030-01-01",
    "expiryDate: 2026-06-01",
    "expires: 2020-01-01",
    "unlisted: true",
    "build: { list: never, render: never }",
    "_build:\n  render: false",
    "headless: true",
    "status: draft",
    "status: Draft",
    "status: wip",
    "status: \"Draft (v2)\"",
    "post_status: pending",
    "tags: [draft]",
    "tags: [howto, WIP]",
    "params:\n  draft: true",
    "embargo: 2030-01-01",
    "listed: false",
    "layout: draft",
    "cascade:\n  - draft: true",
    "private: true\ndraft: true",
    "scheduled: true",
];

#[test]
fn drafts_are_recognised_in_the_words_of_many_programs() {
    for line in UNFINISHED {
        let text = format!("---\ntitle: x\n{line}\n---\nText");
        let front = of(&text).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        assert!(
            front.draft.as_ref().is_some_and(|shown| shown.line >= 3),
            "{line}: {front:?}"
        );
    }
    assert!(of("+++\ndate = 2030-01-01\n+++\n").unwrap().draft.is_some());
    assert!(of("{ \"draft\": true }\n").unwrap().draft.is_some());
    for line in [
        "draft: false",
        "published: true",
        "publish: yes",
        "publishDate: 2026-06-01",
        "publishDate:",
        "date: 2026-06-01",
        "date: 2025-12-31 23:59:59 +0100",
        "date: last spring",
        "date: {{ date }}",
        "expiryDate: 2026-06-02",
        "expires: never",
        "unlisted: false",
        "build: { list: always }",
        "status: accepted",
        "status: published",
        "tags: [drafting-table]",
        "event:\n  date: 2030-01-01",
        "last_update:\n  date: 2025-01-01",
        "date: 2026",
        "lastmod: 2030-01-01",
        "published: 2026-05-01",
        "state: California",
    ] {
        let text = format!("---\ntitle: x\n{line}\n---\nText");
        assert!(
            of(&text).is_ok_and(|front| front.draft.is_none()),
            "{line}: {:?}",
            of(&text)
        );
    }
    for line in [
        "draft: maybe",
        "draft:",
        "published: perhaps",
        "publishDate: soon",
        "date: sometime in 2031",
        "expiryDate: later",
        "published:",
    ] {
        is_refused(&format!("---\ntitle: x\n{line}\n---\nText"), 3);
    }
}

#[test]
fn words_of_other_languages_and_with_accents_are_words() {
    for stored in [
        "Priv\u{e9}: oui",
        "prive\u{301}e: true",
        "частный: true",
        "приватно: да",
        "非公開: true",
        "私有: true",
        "プライベート: true",
        "\u{ff50}\u{ff52}\u{ff49}\u{ff56}\u{ff41}\u{ff54}\u{ff45}: true",
        "\u{d6}ffentlich: nein",
        "p\u{fa}blico: false",
        "notPublic: true",
        "not_public: true",
        "non-public: true",
    ] {
        is_refused(&format!("---\ntitle: x\n{stored}\n---\n"), 3);
    }
    for draft in [
        "entwurf: ja",
        "brouillon: oui",
        "borrador: s\u{ed}",
        "bozza: true",
        "rascunho: sim",
        "utkast: true",
        "черновик: да",
        "下書き: true",
        "草稿: true",
    ] {
        let text = format!("---\ntitle: x\n{draft}\n---\n");
        assert_eq!(
            of(&text).unwrap().draft.map(|unfinished| unfinished.line),
            Some(3),
            "{draft}"
        );
    }
    is_imported_with_keys("\u{f6}ffentlich: ja\nentwurf: nein\nintern: nein");
}

#[test]
fn keys_that_count_with_a_plain_yes_or_no_are_understood() {
    for stored in [
        "set_private: true",
        "keepPrivate: yes",
        "this is private: true",
        "private_to_team: true",
        "staff: true",
        "staff_only: true",
        "adminOnly: true",
        "employees-only: true",
        "owner_only: true",
        "only_me: true",
        "need_to_know: true",
        "do-not-share: true",
        "do_not_distribute: true",
        "not_for_publication: true",
        "premium: true",
        "internalUse: true",
        "secured: yes",
        "guests: no",
        "only_for: HR",
        "settings: [private]",
        "meta: [[private, true]]",
        "? [private]\n: true",
        "{private: true}: x",
    ] {
        is_refused(&format!("---\ntitle: x\n{stored}\n---\n"), 3);
    }
    for unfinished in [
        "hugo_draft: true",
        "drfat: true",
        "draf: yes",
        "deleted: true",
        "ready: false",
        "finished: false",
        "approved: no",
        "reviewed: false",
        "approval: pending",
        "render: false",
        "permalink: false",
        "publishedAt: null",
        "eleventyExcludeFromCollections: true",
    ] {
        let text = format!("---\ntitle: x\n{unfinished}\n---\n");
        assert!(of(&text).unwrap().draft.is_some(), "{unfinished}");
    }
    for harmless in [
        "show_private: true",
        "show_drafts: true",
        "read_only: true",
        "staff: [Alice, Bob]",
        "drift: true",
        "ready: true",
        "permalink: /a/",
        "render_macros: false",
        "internal_links: true",
        "private_note_count: false",
    ] {
        is_imported_with_keys(harmless);
    }
}

#[test]
fn a_status_a_category_and_a_class_may_state_who_reads() {
    for stored in [
        "status: hidden",
        "status: internal",
        "category: internal",
        "categories: [a, internal]",
        "scope: internal",
        "dataClassification: C3",
        "group_access: HR",
        "keywords: [private]",
    ] {
        is_refused(&format!("---\ntitle: x\n{stored}\n---\n"), 3);
    }
}

#[test]
fn words_that_describe_something_else_are_no_words_for_who_reads() {
    for harmless in [
        "keywords: [private, cloud]",
        "layout: internal",
        "author:\n  - name: Alice\n    role: editor",
        "contributors: [{ name: Bob, team: docs }]",
        "linkTitle: Draft",
    ] {
        is_imported_with_keys(harmless);
    }
    let front = of("---\ntitle: Draft\n---\n").unwrap();
    assert_eq!(front.draft, None, "a title is a title");
}

#[track_caller]
fn is_imported_with_keys(keys: &str) {
    let text = format!("---\n{keys}\n---\ntext\n");
    let front = of(&text).unwrap_or_else(|error| panic!("{keys}: {error:?}"));
    assert_eq!(front.draft, None, "{keys}");
}
