//! A provider for the examples of `bff`, without an account anywhere. With this one, on this machine alone.
//!
//! `cargo run -p demo --example provider`, then one of the commands it prints, in another terminal.

use std::error::Error;

use demo::DemoConfig;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:4041").await?;
    let mut config = DemoConfig::new(listener.local_addr()?, "http://localhost:4040".parse()?);
    config.redirect_uris = vec!["http://localhost:4040/auth/callback/main".to_owned()];
    let DemoConfig {
        issuer,
        client_id,
        client_secret,
        audience,
        ..
    } = &config;
    let run = "cargo run -p bff --example";
    println!("The provider is at {issuer}. Try one of\n");
    println!("  {run} protect_a_page -- {issuer} {client_id} {client_secret}");
    println!("  {run} call_an_api -- {issuer} {client_id} {client_secret} {audience} {issuer}/api/messages/protected");
    println!("  {run} protect_an_api -- {issuer} {audience}\n");
    println!("A token for the last one:\n");
    println!(
        "  curl -su {client_id}:{client_secret} -d grant_type=client_credentials -d scope=messages:read {issuer}/token"
    );
    demo::serve(listener, config).await?;
    Ok(())
}
