//! Serves the pages of [`app`] from constants: no session, no policy, no database. `make bench` compares Portico with it, so that one can tell
//! what these three cost.
//!
//! `constant_pages DOCUMENT`, where `DOCUMENT` is a file with what `/api/fn/open_document` returned. Prints two ports, and serves until it is
//! stopped: at the first somebody is signed in, at the second nobody.

#![expect(
    clippy::unwrap_used,
    reason = "the file shared with tests stops at the first surprise"
)]

#[path = "../tests/it/site.rs"]
#[expect(dead_code, reason = "shared with the tests of pages")]
mod site;

use std::{
    error::Error,
    io::{Write, stdout},
};

use site::TestSite;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("the file of a document is missing")?;
    let mut pages = TestSite::with(site::alice());
    pages.open = Some(Ok(serde_json::from_slice(&std::fs::read(file)?)?));
    let [signed_in, anonymous] = [
        TcpListener::bind(("127.0.0.1", 0)).await?,
        TcpListener::bind(("127.0.0.1", 0)).await?,
    ];
    writeln!(
        stdout(),
        "{} {}",
        signed_in.local_addr()?.port(),
        anonymous.local_addr()?.port()
    )?;
    tokio::spawn(async { axum::serve(anonymous, TestSite::default().router()).await });
    axum::serve(signed_in, pages.router()).await?;
    Ok(())
}
