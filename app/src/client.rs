//! Calls of server functions on the server, which makes none over HTTP. In the browser: `client/browser.rs`.

pub(crate) use leptos::server_fn::client::browser::BrowserClient as PersonClient;
