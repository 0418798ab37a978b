//! What stands around every page? The bar with the tabs, the person's menu, and the foot.
//!
//! Menus are `<details>`: they open without script. What script adds (closing them, keys) is in `browser.rs`.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::{
    answer::{Answer, ask, waiting},
    head,
    icons::{Icon, MENU, Mark},
    sign_in::SignInLink,
    who_am_i::{Face, WhoAmI, who_am_i},
    whole::erased,
};

/// The frame around every page. Asks once per page load who the visitor is and shares the answer through context.
#[component]
pub(crate) fn Layout(
    /// The page itself.
    children: Children,
) -> impl IntoView {
    let who: Answer<WhoAmI> = ask(|| (), |()| who_am_i());
    provide_context(who);
    head::follow_address();
    // Nothing holds the bar's place: it is empty only while a browser asks without a server's page under it.
    let bar = waiting(
        || erased(()),
        Box::new(move || {
            Suspend::new(async move {
                let who = who.await.unwrap_or_default();
                erased(view! { <Bar who /> })
            })
        }),
    );
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        <header class="bar">
            <a href="/" class="mark" data-key="h">
                <Mark />
                <span>"Portico"</span>
            </a>
            {bar}
        </header>
        // What `head::arrived` says of a page that came without being loaded.
        <p class="out-of-sight" id="arrived" aria-live="polite"></p>
        <main id="main" tabindex="-1">
            {children()}
        </main>
        <footer class="foot">
            <p>"Documents behind your sign-in, by rules you can read."</p>
            <p class="foot-links">
                // Shown by `browser.rs`: without script there are no keys.
                <button type="button" id="show-keys" hidden>
                    "Keys"
                </button>
                <a href="/about">"About Portico"</a>
            </p>
        </footer>
        <dialog class="keys" id="keys" aria-labelledby="keys-title" inner_html=include_str!("layout/keys.html")></dialog>
    }
}

/// The page's title, in the window and in history, and said aloud where the page was not loaded. Any text may come in.
#[component]
pub(crate) fn PageTitle(
    /// Without the name of the site, which follows it; empty for the first page.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    head::arrived(&text);
    view! { <Title text=head::title(&text) /> }
}

/// Tabs and menus, once it is known who is looking.
#[component]
fn Bar(who: WhoAmI) -> impl IntoView {
    let signed_in = who.person.is_some();
    let is_admin = who.person.as_ref().is_some_and(|face| face.is_admin);
    let name = who.person.as_ref().map(|face| face.name.clone());
    view! {
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
        <div class="bar-end">
            {match who.person {
                Some(face) => Either::Left(view! { <PersonMenu face /> }),
                None => Either::Right(view! { <Doors sign_up=who.site.sign_up /> }),
            }}
        </div>
        <PagePerson name=name.unwrap_or_default() key_of_person=who.key />
        {signed_in.then(|| view! { <SignedOutElsewhere /> })}
    }
}

/// A tab: words, address, and the key after `g` that leads there.
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

/// Who is signed in, and the way out. Signing out changes something, so it is a form, never a link.
#[component]
fn PersonMenu(face: Face) -> impl IntoView {
    view! {
        <details class="menu person-menu" name="menu">
            <summary aria-label=format!("{}, your menu", face.name)>
                <Picture picture=face.picture name=face.name.clone() />
                <span class="person-name" dir="auto">{face.name.clone()}</span>
            </summary>
            <div class="sheet">
                <p class="who">
                    <strong dir="auto">{face.name}</strong>
                    <span dir="auto">{face.email}</span>
                </p>
                <a href="/profile">"Your profile"</a>
                {face
                    .edit_profile
                    .map(|address| {
                        view! {
                            <a rel="external" href=address>
                                "Edit profile"
                            </a>
                        }
                    })}
                <a href="/sessions">"Where you are signed in"</a>
                <form method="post" action="/auth/logout">
                    <button type="submit">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}

/// A person's picture, or the first letter of their name. Decoration: the name stands beside it.
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
            <span class="picture" aria-hidden="true">
                {initial}
            </span>
        }),
    }
}

/// The ways in.
#[component]
fn Doors(sign_up: bool) -> impl IntoView {
    let sign_up = sign_up.then(|| {
        view! {
            <SignInLink class="button quiet" words="Sign up" way="/auth/signup" />
        }
    });
    view! {
        {sign_up}
        <SignInLink class="button" />
    }
}

/// Whose page this is, for `browser/person.rs`, and where it says that the browser is somebody else by now.
#[component]
fn PagePerson(name: String, key_of_person: String) -> impl IntoView {
    view! {
        <div class="ended" id="person-changed" role="status" hidden>
            <p></p>
        </div>
        <span id="page-person" data-key=key_of_person data-name=name hidden></span>
    }
}

/// Shown by `browser/person.rs` when the session has ended in another tab or place.
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
