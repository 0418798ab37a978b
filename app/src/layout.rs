//! What stands around every page? The bar with the tabs, the person's menu, and the foot.
//!
//! Menus are `<details>`: they open without script. What script adds (closing them, keys) is in `browser.rs`.

use leptos::{either::Either, prelude::*};
use leptos_router::components::A;

use crate::{
    icons::{Icon, MENU, Mark},
    sign_in::SignInLink,
    who_am_i::{Face, WhoAmI, WhoAmIResource, who_am_i},
};

/// The frame around every page. Asks once per page load who the visitor is and shares the answer through context.
#[component]
pub(crate) fn Layout(
    /// The page itself.
    children: Children,
) -> impl IntoView {
    let who: WhoAmIResource = Resource::new_blocking(|| (), |()| who_am_i());
    provide_context(who);
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        <header class="bar">
            <A href="/" exact=true attr:class="mark" attr:data-key="h">
                <Mark />
                <span>"Portico"</span>
            </A>
            // Without a fallback of the same height the bar would jump; it is empty only while the browser asks.
            <Suspense fallback=|| ()>
                {move || Suspend::new(async move {
                    let who = who.await.unwrap_or_default();
                    view! { <Bar who /> }
                })}
            </Suspense>
        </header>
        <main id="main" tabindex="-1">
            {children()}
        </main>
        <footer class="foot">
            <p>"Documents behind your sign-in, by rules you can read."</p>
            <p>
                <A href="/about">"About Portico"</A>
            </p>
        </footer>
        <Shortcuts />
    }
}

/// Tabs and menus, once it is known who is looking.
#[component]
fn Bar(who: WhoAmI) -> impl IntoView {
    let signed_in = who.person.is_some();
    let is_admin = who.person.as_ref().is_some_and(|face| face.is_admin);
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
        {signed_in.then(|| view! { <SignedOutElsewhere /> })}
    }
}

/// The tabs a visitor may use (UI-1).
#[component]
fn Tabs(signed_in: bool, is_admin: bool) -> impl IntoView {
    view! {
        <ul>
            {signed_in
                .then(|| {
                    view! {
                        <li>
                            <A href="/docs" attr:data-key="d">
                                "Documents"
                            </A>
                        </li>
                    }
                })}
            <li>
                <A href="/profile" attr:data-key="p">
                    "Profile"
                </A>
            </li>
            <li>
                <A href="/public">"Public"</A>
            </li>
            {signed_in
                .then(|| {
                    view! {
                        <li>
                            <A href="/protected">"Protected"</A>
                        </li>
                    }
                })}
            {is_admin
                .then(|| {
                    view! {
                        <li>
                            <A href="/admin">"Admin"</A>
                        </li>
                    }
                })}
        </ul>
    }
}

/// Who is signed in, and the way out. Signing out changes something, so it is a form, never a link.
#[component]
fn PersonMenu(face: Face) -> impl IntoView {
    view! {
        <details class="menu person-menu" name="menu">
            <summary aria-label=format!("{}, your menu", face.name)>
                <Picture picture=face.picture name=face.name.clone() />
                <span class="person-name">{face.name.clone()}</span>
            </summary>
            <div class="sheet">
                <p class="who">
                    <strong>{face.name}</strong>
                    {face.email.map(|email| view! { <span>{email}</span> })}
                </p>
                <A href="/profile">"Your profile"</A>
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
    let initial = name
        .chars()
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
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
    view! {
        {sign_up
            .then(|| {
                view! {
                    <a class="button quiet" rel="external" href="/auth/signup">
                        "Sign up"
                    </a>
                }
            })}
        <SignInLink class="button" />
    }
}

/// Shown by `browser.rs` when the session has ended in another tab or place.
#[component]
fn SignedOutElsewhere() -> impl IntoView {
    view! {
        <div class="ended" id="session-ended" role="status" hidden>
            <p>"You have been signed out. What you see may be out of date."</p>
            <SignInLink class="button" words="Sign in again" />
        </div>
    }
}

/// The list of keys, opened by `?`.
#[component]
fn Shortcuts() -> impl IntoView {
    view! {
        <dialog class="shortcuts" id="shortcuts" aria-labelledby="shortcuts-title">
            <h2 id="shortcuts-title">"Keys"</h2>
            <dl>
                <dt><kbd>"/"</kbd></dt>
                <dd>"Filter the documents"</dd>
                <dt><kbd>"g"</kbd>" "<kbd>"d"</kbd></dt>
                <dd>"Go to the documents"</dd>
                <dt><kbd>"g"</kbd>" "<kbd>"p"</kbd></dt>
                <dd>"Go to your profile"</dd>
                <dt><kbd>"g"</kbd>" "<kbd>"h"</kbd></dt>
                <dd>"Go home"</dd>
                <dt><kbd>"?"</kbd></dt>
                <dd>"Show this list"</dd>
            </dl>
            <form method="dialog">
                <button class="button quiet" type="submit">"Close"</button>
            </form>
        </dialog>
    }
}
