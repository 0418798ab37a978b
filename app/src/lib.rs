//! The pages of Portico: Leptos views, and beside each the server function it calls.
//!
//! Documents, policy and sign-in are reached only through the ports of [`domain`], which the server provides in the request's context.
//!
//! | what | where |
//! |---|---|
//! | The routes | [`App`], below |
//! | The layout around every page, with the current user | `layout.rs`, `current_user.rs` |
//! | The pages | `home.rs`, `profile.rs`, `messages.rs`, `sessions.rs`, `sources.rs`, `documents.rs`, `search.rs`, `about.rs`, `writing.rs` |
//! | Loading a page's data: resource and suspense | `resource.rs` |
//! | What a page may use of the server: visitor and ports | `request_context.rs` (server only) |
//! | The form of a filter or search | `query_form.rs` |
//! | Errors | `page_error.rs`; their page: `problem.rs`, `message_panel.rs` |
//! | A static page, for sign-in and errors outside Leptos | `notice.rs` (server only) |
//! | The page that posts a sign-out to the provider | `provider_logout.rs` (server only) |
//! | The page of a device authorization | `device.rs` (server only) |
//! | Addresses of style sheet, script and WebAssembly | `build_files.rs` (server only) |
//! | The client of server functions in the browser | `client.rs` |
//! | Script beyond the views: keys, menus, session changes | `browser.rs` (browser only) |

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
#[cfg(any(feature = "hydrate", feature = "csr"))]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod build_files;
#[cfg(not(any(feature = "hydrate", feature = "csr")))]
mod client;
#[cfg(any(feature = "hydrate", feature = "csr"))]
#[path = "client/browser.rs"]
mod client;
mod current_user;
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
mod message_panel;
mod messages;
#[cfg(feature = "ssr")]
pub mod notice;
mod page_error;
mod problem;
mod profile;
#[cfg(feature = "ssr")]
pub mod provider_logout;
mod query_form;
#[cfg(feature = "ssr")]
pub mod request_context;
mod resource;
mod search;
mod sessions;
mod sign_in;
mod site_facts;
mod sources;
mod timestamp;
mod writing;

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
pub use notice::{Notice, notice_page};
#[cfg(feature = "ssr")]
pub use provider_logout::{ProviderLogoutNotice, provider_logout_page};
#[cfg(feature = "ssr")]
pub use request_context::{ProfileLinks, ReportError, RequestContext};
#[cfg(feature = "ssr")]
pub use search::{SUGGESTIONS, suggestions};

/// The HTML document around [`App`], as the server writes it: head, stylesheet, and its script.
///
/// Scripts carry the nonce of the request when one is in context (Content Security Policy Level 3 §2.3.1).
#[cfg(feature = "ssr")]
#[must_use]
pub fn shell(options: LeptosOptions, files: BuildFiles) -> impl IntoView {
    // Islands alone are hydrated, so no data but theirs is written into the page.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=files.stylesheet.clone() />
                <AutoReload options />
                <build_files::PageScripts files />
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
/// All pages are rendered with `SsrMode::Async`: the status is known before the first byte, and a page is complete without script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Portico".to_owned() } else { format!("{page} · Portico") } />
        <Router>
            <layout::Layout>
                <FlatRoutes fallback=problem::NotFoundPage>
                    <Route path=path!("/") view=home::Home ssr=SsrMode::Async />
                    <Route path=path!("/profile") view=profile::ProfilePage ssr=SsrMode::Async />
                    <Route path=path!("/public") view=messages::PublicPage ssr=SsrMode::Async />
                    <Route path=path!("/protected") view=messages::ProtectedPage ssr=SsrMode::Async />
                    <Route path=path!("/admin") view=messages::AdminPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/sources") view=sources::SourcesPage ssr=SsrMode::Async />
                    <Route path=path!("/docs") view=documents::ListingPage ssr=SsrMode::Async />
                    <Route path=path!("/docs/:id") view=documents::DocumentPage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=search::SearchPageView ssr=SsrMode::Async />
                    <Route path=path!("/sessions") view=sessions::SessionsPage ssr=SsrMode::Async />
                    <Route path=path!("/about") view=about::About ssr=SsrMode::Async />
                    <Route path=path!("/help/writing") view=writing::Writing ssr=SsrMode::Async />
                </FlatRoutes>
            </layout::Layout>
        </Router>
    }
}
