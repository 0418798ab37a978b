//! The layout around every page: the bar with tabs and the user's menu, and the footer.
//!
//! Menus are `<details>`: they open without script. What script adds (closing them, keys) is in `browser.rs`.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

#[cfg(any(feature = "hydrate", feature = "csr"))]
use crate::browser::keys::show_list as show_keys;

use crate::{
    current_user::{CurrentUser, UserSummary, current_user},
    head,
    icons::{Icon, MENU, Mark},
    resource::{PageResource, load, suspense},
    search::SearchBox,
    sign_in::SignInLink,
};

/// The layout. Loads the current user once per page load and shares the resource through Leptos' context.
#[component]
pub(crate) fn Layout(
    /// The page itself.
    children: Children,
) -> impl IntoView {
    let current_user: PageResource<CurrentUser> = load(|| (), |()| current_user());
    provide_context(current_user);
    // No placeholder: the bar is empty only in a browser that renders without the server's HTML.
    let bar = suspense(
        || ().into_any(),
        Box::new(move || {
            Suspend::new(async move {
                let current_user = current_user.await.unwrap_or_default();
                view! { <Bar current_user /> }.into_any()
            })
        }),
    );
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        {bar}
        // What `browser.rs` writes into, for a page that script shows without loading it.
        <p class="out-of-sight" id="page-announcement" aria-live="polite"></p>
        <main id="main" tabindex="-1">
            {children()}
        </main>
        <footer class="foot">
            <p>"Documents behind your sign-in, by rules you can read."</p>
            <p class="foot-links">
                <KeysButton />
                <a href="/help/writing">"Writing"</a>
                <a href="/about">"About Portico"</a>
            </p>
        </footer>
        <dialog class="keys" id="keys" aria-labelledby="keys-title" inner_html=include_str!("layout/keys.html")></dialog>
    }
}

/// Only browsers have keys.
#[cfg(not(any(feature = "hydrate", feature = "csr")))]
fn show_keys() {}

/// Shows the list of keys. Hidden until it is hydrated: without script there are no keys.
#[island]
fn KeysButton() -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    view! {
        <button type="button" id="show-keys" hidden=move || !is_hydrated.get() on:click=|_| show_keys()>
            "Keys"
        </button>
    }
}

/// The page's title, in the window and the history; announced to screen readers when the router shows the page. Escapes any text.
#[component]
pub(crate) fn PageTitle(
    /// Without the name of the site, which follows it; empty for the home page.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=head::title(&text) /> }
}

/// The bar with tabs and menus, for the current user, and the lines under it.
#[component]
fn Bar(current_user: CurrentUser) -> impl IntoView {
    let signed_in = current_user.person.is_some();
    let is_admin = current_user.person.as_ref().is_some_and(|user| user.is_admin);
    let name = current_user.person.as_ref().map(|user| user.name.clone());
    view! {
        <header class="bar">
            <a href="/" class="mark" data-key="h">
                <Mark />
                <span>"Portico"</span>
            </a>
            <nav class="tabs" aria-label="Main">
                <Tabs signed_in is_admin />
            </nav>
            <details class="menu tabs-menu" name="menu">
                <summary>
                    <Icon path=MENU />
                    "Menu"
                </summary>
                <nav class="sheet" aria-label="Main">
                    <Tabs signed_in is_admin />
                </nav>
            </details>
            {signed_in.then(|| view! { <SearchBox /> })}
            <div class="bar-end">
                {match current_user.person {
                    Some(user) => Either::Left(view! { <PersonMenu user /> }),
                    None => Either::Right(view! { <SignInLinks sign_up=current_user.site.sign_up /> }),
                }}
            </div>
        </header>
        <PagePerson name=name.unwrap_or_default() key_of_person=current_user.key />
        {signed_in.then(|| view! { <SignedOutElsewhere /> })}
    }
}

/// A tab: label, address, and the key that follows `g` on the keyboard.
struct Tab(&'static str, &'static str, Option<&'static str>);

/// The tabs a visitor may use (UI-1).
#[component]
fn Tabs(signed_in: bool, is_admin: bool) -> impl IntoView {
    let path = use_location().pathname;
    let tabs = [
        (signed_in, Tab("Documents", "/docs", Some("d"))),
        (true, Tab("Profile", "/profile", Some("p"))),
        (true, Tab("Public", "/public", None)),
        (signed_in, Tab("Protected", "/protected", None)),
        (is_admin, Tab("Admin", "/admin", None)),
    ];
    let tabs = tabs
        .into_iter()
        .filter(|(shown, _)| *shown)
        .map(|(_, Tab(words, href, key))| {
            let current = move || path.with(|path| current(path, href));
            view! {
                <li>
                    <a href=href aria-current=current data-key=key>
                        {words}
                    </a>
                </li>
            }
        });
    view! { <ul>{tabs.collect_view()}</ul> }
}

/// What `aria-current` says of a tab while `path` is shown: this page, or a page below it (WAI-ARIA 1.2 §6.6).
fn current(path: &str, tab: &str) -> Option<&'static str> {
    match path.strip_prefix(tab)? {
        "" | "/" => Some("page"),
        below => below.starts_with('/').then_some("true"),
    }
}

/// The menu of the signed-in user. Signing out changes state, so it is a form with POST and never a link.
#[component]
fn PersonMenu(user: UserSummary) -> impl IntoView {
    view! {
        <details class="menu person-menu" name="menu">
            <summary aria-label=format!("{}, your menu", user.name)>
                <Picture picture=user.picture name=user.name.clone() />
                <span class="person-name" dir="auto">{user.name.clone()}</span>
            </summary>
            <div class="sheet">
                <p class="who">
                    <strong dir="auto">{user.name}</strong>
                    <span dir="auto">{user.email}</span>
                </p>
                <a href="/profile">"Your profile"</a>
                {user
                    .edit_profile
                    .map(|address| {
                        view! {
                            <a rel="external" href=address>
                                "Edit profile"
                            </a>
                        }
                    })}
                <a href="/sessions">"Where you are signed in"</a>
                {user.is_admin.then(|| view! { <a href="/admin/sources">"Sources of documents"</a> })}
                <form method="post" action="/auth/logout">
                    <button type="submit">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}

/// A person's picture, or the first letter of their name. Decorative: the name stands beside it.
#[component]
pub(crate) fn Picture(
    /// Address of the picture, if there is one.
    picture: Option<String>,
    /// Whose it is.
    name: String,
) -> impl IntoView {
    let initial = name.chars().next().map(|first| first.to_ascii_uppercase().to_string());
    match picture {
        Some(address) => Either::Left(
            view! { <img class="picture" src=address alt="" width="28" height="28" referrerpolicy="no-referrer" /> },
        ),
        None => Either::Right(view! {
            // Written by the style sheet: it is no part of the name beside it, for whoever compares the two.
            <span class="picture" aria-hidden="true" data-initial=initial></span>
        }),
    }
}

/// The links for signing in and signing up.
#[component]
fn SignInLinks(sign_up: bool) -> impl IntoView {
    let sign_up = sign_up.then(|| {
        view! {
            <SignInLink class="button quiet" words="Sign up" endpoint="/auth/signup" />
        }
    });
    view! {
        {sign_up}
        <SignInLink class="button" />
    }
}

/// The person this page was made for, read by `browser/person.rs`, and the line in which it reports that another person is signed in.
#[component]
fn PagePerson(name: String, key_of_person: String) -> impl IntoView {
    view! {
        <div class="ended" id="person-changed" role="status" hidden>
            <p></p>
        </div>
        <span id="page-person" data-key=key_of_person data-name=name hidden></span>
    }
}

/// Shown by `browser/person.rs` when the session was ended elsewhere.
#[component]
fn SignedOutElsewhere() -> impl IntoView {
    view! {
        <div class="ended" id="session-ended" role="status" hidden>
            <p>"You have been signed out. What you see may be out of date."</p>
            <SignInLink class="button" words="Sign in again" />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::current;

    #[test]
    fn ui_1_a_tab_is_current_on_its_page_and_below() {
        assert_eq!(current("/docs", "/docs"), Some("page"));
        assert_eq!(current("/docs/7", "/docs"), Some("true"));
        assert_eq!(current("/docsify", "/docs"), None);
        assert_eq!(current("/", "/docs"), None);
    }
}
