//! Do all stores find the same? Called by the tests of each.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::session::store::SessionRecords;
use crate::session::store::tests::sealed;

async fn add(store: &dyn SessionRecords, id: i128, (provider, subject, sid): (&str, &str, Option<&str>)) -> SessionRef {
    let at = datetime!(2030-01-01 00:00 UTC);
    let mut record = sealed(Id(id), at, at + Duration::HOUR);
    columns::set_seen(&mut record, at + Duration::seconds(i64::try_from(id).unwrap()));
    columns::set_text(&mut record, columns::PROVIDER, provider.to_owned());
    columns::set_text(&mut record, columns::ISSUER, format!("https://{provider}.example"));
    columns::set_text(&mut record, columns::SUBJECT, subject.to_owned());
    if let Some(sid) = sid {
        columns::set_text(&mut record, columns::SID, sid.to_owned());
    }
    store.create(&mut record).await.unwrap();
    SessionRef::of(&record.id)
}

/// What every store must find.
pub(crate) async fn finds_what_is_meant(store: &dyn SessionRecords) {
    let phone = add(store, 1, ("a", "alice", Some("s1"))).await;
    let desk = add(store, 2, ("a", "alice", Some("s2"))).await;
    let other = add(store, 3, ("b", "alice", Some("s1"))).await;
    let bob = add(store, 4, ("a", "bob", None)).await;
    let references = |rows: Vec<SessionRow>| rows.into_iter().map(|row| row.reference).collect::<Vec<_>>();
    let alice = SessionSelector::Person {
        issuer: "https://a.example",
        subject: "alice",
    };
    let found = store.find(alice).await.unwrap();
    assert_eq!((found[1].provider.as_str(), found[1].sid.as_deref()), ("a", Some("s1")));
    assert_eq!(found[1].sealed_revocable.as_deref(), Some(&b"sealed_revocable"[..]));
    assert_eq!(found[1].seen - found[1].created, Duration::SECOND);
    assert_eq!(references(found), [desk, phone], "the one used last comes first");

    let session = |sid| SessionSelector::ProviderSession { provider: "a", sid };
    assert_eq!(store.end(session("unknown")).await.unwrap(), []);
    assert_eq!(references(store.end(session("s1")).await.unwrap()), [phone]);
    assert_eq!(references(store.end(alice).await.unwrap()), [desk]);
    assert_eq!(store.find(alice).await.unwrap(), []);
    assert_eq!(
        references(store.find(SessionSelector::Reference(other)).await.unwrap()),
        [other]
    );
    assert_eq!(store.load(&Id(2)).await.unwrap().map(|record| record.id), None);
    assert_eq!(
        references(store.end(SessionSelector::Reference(bob)).await.unwrap()),
        [bob]
    );
    assert_eq!(store.end(SessionSelector::Reference(bob)).await.unwrap(), [], "once");
}

/// How long every store must remember.
pub(crate) async fn remembers_for_a_while(store: &dyn SessionRecords) {
    let at = datetime!(2030-01-01 00:00 UTC);
    let minute = Duration::MINUTE;
    let name = note_name("sid", ["a", "s1"]);
    assert_eq!(store.noted(name, at).await.unwrap(), None);
    store.note(name, at + minute, at + minute * 5).await.unwrap();
    store.note(name, at, at + minute * 3).await.unwrap();
    assert_eq!(store.noted(name, at + minute * 4).await.unwrap(), Some(at + minute));
    assert_eq!(store.noted(name, at + minute * 5).await.unwrap(), None, "forgotten");
    assert_eq!(
        store.delete_expired(at + minute * 5).await.unwrap(),
        0,
        "a note is no session"
    );
    assert_eq!(store.noted(name, at).await.unwrap(), None, "and gone");
    let exact = at + Duration::milliseconds(1);
    store.note(name, exact, at + minute).await.unwrap();
    assert_eq!(store.noted(name, at).await.unwrap(), Some(exact), "to the millisecond");
}

/// What every store must do with what is kept besides sessions.
pub(crate) async fn keeps_what_came_first(store: &dyn SessionRecords) {
    let (name, other) = ([7; 32], [8; 32]);
    assert_eq!(store.kept(name).await.unwrap(), None);
    assert_eq!(store.keep(name, "first").await.unwrap(), "first");
    assert_eq!(store.keep(name, "second").await.unwrap(), "first");
    store.drop_kept(name, "second").await.unwrap();
    store.replace_kept(name, "second", "third").await.unwrap();
    assert_eq!(store.kept(name).await.unwrap().as_deref(), Some("first"));
    store.replace_kept(name, "first", "anew").await.unwrap();
    assert_eq!(store.kept(name).await.unwrap().as_deref(), Some("anew"));
    store.replace_kept(name, "anew", "first").await.unwrap();
    store.replace_kept(other, "anew", "first").await.unwrap();
    assert_eq!(store.kept(name).await.unwrap().as_deref(), Some("first"));
    store.drop_kept(name, "first").await.unwrap();
    assert_eq!(store.kept(name).await.unwrap(), None);
    assert_eq!(store.kept(other).await.unwrap(), None);
}

#[tokio::test]
async fn memory_finds_and_remembers() {
    keeps_what_came_first(&MemorySessions::new()).await;
    finds_what_is_meant(&MemorySessions::new()).await;
    remembers_for_a_while(&MemorySessions::new()).await;
}

#[test]
fn a_note_is_about_one_thing() {
    assert_ne!(note_name("sid", ["ab", "c"]), note_name("sid", ["a", "bc"]));
    assert_ne!(note_name("sid", ["a", "b"]), note_name("jti", ["a", "b"]));
}

#[test]
fn a_reference_is_read_as_it_was_written() {
    let reference = SessionRef::of(&Id::default());
    assert_eq!(reference.to_string().parse(), Ok(reference));
    assert_eq!("short".parse::<SessionRef>(), Err(NotASessionRef));
}
