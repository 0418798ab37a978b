//! What does a visitor see, and what may they ask?
//!
//! Views and server functions, each beside the other. The house behind them (documents, policy, sign-in) is reached
//! only through the ports of [`domain`], which the server puts into the request's context; see `request.rs`.
//!
//! | question | where |
//! |---|---|
//! | Which page answers which address? | [`App`], below |
//! | What stands around every page? | `layout.rs` |
//! | Which files of the build does a page load? | `build_files.rs` (server only) |
//! | The pages | `home.rs`, `profile.rs`, `messages.rs`, `sessions.rs`, `documents.rs`, `about.rs` |
//! | How does a page wait for the server? | `answer.rs` |
//! | What may a visitor know of a failure? | `page_error.rs`; in words: `problem.rs`, `telling.rs` |
//! | Who is asking, and where do answers come from? | `request.rs` (server only) |
//! | A page without Leptos around it, for sign-in and errors outside the router | `notice.rs` (server only) |
//! | The page whose button signs out at the provider | `leave.rs` (server only) |
//! | The page of a screen that waits to be signed in | `device.rs` (server only) |
//! | How does the browser call a server function? | `client.rs` |
//! | What runs in the browser beyond the views? | `browser.rs` (browser only) |

#![expect(clippy::must_use_candidate, reason = "`view!` uses what a component returns")]
#![expect(
    unreachable_pub,
    reason = "`#[component]` writes `pub` whatever visibility the component asks for"
)]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its properties")]
#![cfg_attr(
    feature = "ssr",
    expect(clippy::unused_async, reason = "a server function is async for the browser's sake")
)]
#![recursion_limit = "256"]

mod about;
mod answer;
#[cfg(any(feature = "hydrate", feature = "csr"))]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod build_files;
#[cfg(not(any(feature = "hydrate", feature = "csr")))]
mod client;
#[cfg(any(feature = "hydrate", feature = "csr"))]
#[path = "client/browser.rs"]
mod client;
mod date;
#[cfg(feature = "ssr")]
pub mod device;
mod documents;
#[cfg(feature = "ssr")]
mod head;
#[cfg(not(feature = "ssr"))]
#[path = "head/browser.rs"]
mod head;
mod home;
mod icons;
mod layout;
#[cfg(feature = "ssr")]
pub mod leave;
mod messages;
#[cfg(feature = "ssr")]
pub mod notice;
mod page_error;
mod problem;
mod profile;
#[cfg(feature = "ssr")]
pub mod request;
mod sessions;
mod sign_in;
mod site_facts;
mod telling;
mod who_am_i;
mod whole;

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

pub use site_facts::SiteFacts;

#[cfg(feature = "ssr")]
pub use build_files::BuildFiles;
#[cfg(feature = "ssr")]
pub use device::{DeviceNotice, device_page};
#[cfg(feature = "ssr")]
pub use leave::{LeaveNotice, leave_page};
#[cfg(feature = "ssr")]
pub use notice::{Notice, notice_page};
#[cfg(feature = "ssr")]
pub use request::Ways;

/// The HTML document around [`App`], as the server writes it: head, stylesheet, and the scripts that wake the page up.
///
/// Scripts carry the nonce of the request when one is in context (Content Security Policy Level 3 §2.3.1).
#[cfg(feature = "ssr")]
#[must_use]
pub fn shell(options: LeptosOptions, files: BuildFiles) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" id="house" href=files.stylesheet.clone() />
                <AutoReload options />
                <build_files::WakeUp files />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Every page of the site and its address; the same on the server and in the browser.
///
/// All pages are rendered in one piece (`SsrMode::Async`): the status is known before the first byte, and a page is
/// complete without script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Portico".to_owned() } else { format!("{page} · Portico") } />
        <Router>
            <layout::Layout>
                <FlatRoutes fallback=problem::NothingHere>
                    <Route path=path!("/") view=home::Home ssr=SsrMode::Async />
                    <Route path=path!("/profile") view=profile::ProfilePage ssr=SsrMode::Async />
                    <Route path=path!("/public") view=messages::PublicPage ssr=SsrMode::Async />
                    <Route path=path!("/protected") view=messages::ProtectedPage ssr=SsrMode::Async />
                    <Route path=path!("/admin") view=messages::AdminPage ssr=SsrMode::Async />
                    <Route path=path!("/docs") view=documents::ListingPage ssr=SsrMode::Async />
                    <Route path=path!("/docs/:id") view=documents::ReadingPage ssr=SsrMode::Async />
                    <Route path=path!("/sessions") view=sessions::SessionsPage ssr=SsrMode::Async />
                    <Route path=path!("/about") view=about::About ssr=SsrMode::Async />
                </FlatRoutes>
            </layout::Layout>
        </Router>
    }
}
