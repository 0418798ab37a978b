//! The profile page.

use domain::{Group, Groups};

use crate::site::{TestSite, alice};

#[tokio::test]
async fn ui_2_a_profile_shows_what_the_provider_said() {
    let page = TestSite::with(alice()).get("/profile").await;
    page.has_status(200)
        .shows("Alice Archer")
        .shows("alice@portico.example")
        .shows("Engineering");
    page.shows("  \"sub\": \"alice\"");
}

#[tokio::test]
async fn si_3_the_menu_leads_to_where_the_profile_is_edited_where_there_is_such_a_place() {
    let mut site = TestSite::with(alice());
    site.get("/").await.hides("Edit profile");
    site.links.edit_profile = Some("/auth/edit-profile?return_to=/profile".to_owned());
    site.get("/")
        .await
        .shows("<a rel=\"external\" href=\"/auth/edit-profile?return_to=/profile\">Edit profile</a>");
}

#[tokio::test]
async fn po_2_unknown_groups_are_said_to_be_unknown() {
    let mut person = alice();
    person.groups = Groups::Unknown;
    TestSite::with(person.clone())
        .get("/profile")
        .await
        .shows("Unknown just now: neither your provider nor a directory said");
    person.groups = Groups::Known(Vec::new());
    TestSite::with(person)
        .get("/profile")
        .await
        .hides("Unknown")
        .shows(">None<");
}

#[tokio::test]
async fn po_2_groups_that_could_not_be_read_are_told() {
    let mut person = alice();
    let incomplete = |groups| Groups::Incomplete { groups, unreadable: 2 };
    person.groups = incomplete(vec![Group::new("Engineering"), Group::new("Sales")]);
    TestSite::with(person.clone())
        .get("/profile")
        .await
        .shows("Engineering, Sales (and 2 more that could not be read: your provider did not send a text)");
    person.groups = incomplete(Vec::new());
    TestSite::with(person)
        .get("/profile")
        .await
        .shows("Unknown: your provider sent groups, but none that could be read")
        .hides("<dt>Groups</dt><dd>None");
}

#[tokio::test]
async fn ui_2_anonymous_visitors_are_asked_to_sign_in() {
    TestSite::default()
        .get("/profile")
        .await
        .has_status(401)
        .shows("/auth/login?return_to=/profile");
}
