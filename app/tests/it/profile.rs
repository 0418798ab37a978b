//! The profile page.

use domain::Groups;

use crate::house::{House, alice};

#[tokio::test]
async fn ui_2_a_profile_shows_what_the_provider_said() {
    let page = House::with(alice()).get("/profile").await;
    page.has_status(200)
        .shows("Alice Archer")
        .shows("alice@portico.example")
        .shows("Engineering");
    page.shows("  \"sub\": \"alice\"");
}

#[tokio::test]
async fn po_2_unknown_groups_are_said_to_be_unknown() {
    let mut person = alice();
    person.groups = Groups::Unknown;
    House::with(person.clone())
        .get("/profile")
        .await
        .shows("Unknown: your provider did not say");
    person.groups = Groups::Known(Vec::new());
    House::with(person)
        .get("/profile")
        .await
        .hides("Unknown")
        .shows(">None<");
}

#[tokio::test]
async fn ui_2_anonymous_visitors_are_asked_to_sign_in() {
    House::default()
        .get("/profile")
        .await
        .has_status(401)
        .shows("/auth/login?return_to=/profile");
}
