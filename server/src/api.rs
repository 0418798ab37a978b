//! Portico's own messages API: authorised by access tokens, never by the session cookie.

use axum::{Json, Router, routing::get};
use bff::Bff;
use domain::{Message, MessageKind};

/// The scope of the protected message.
const READ: &str = "messages:read";
/// The scope of the administrators' message.
const ADMIN: &str = "messages:admin";

/// The routes `/api/messages/{public,protected,admin}`; without an audience the public one alone.
pub(crate) fn router(bff: &Bff, audience: Option<&str>) -> Router {
    let public = Router::new().route("/api/messages/public", get(async || message(MessageKind::Public)));
    let Some(audience) = audience else { return public };
    let bearer = bff.bearer(audience);
    let protected = get(async || message(MessageKind::Protected)).layer(bearer.require(&[READ]));
    let admin = get(async || message(MessageKind::Admin)).layer(bearer.require(&[ADMIN]));
    public
        .route("/api/messages/protected", protected)
        .route("/api/messages/admin", admin)
}

fn message(kind: MessageKind) -> Json<Message> {
    let text = match kind {
        MessageKind::Public => "Anybody may read this message: no access token was asked for.",
        MessageKind::Protected => "You read this because your access token is valid and allows reading messages.",
        MessageKind::Admin => "You read this because your access token carries the administrator's permission.",
    };
    Json(Message { text: text.to_owned() })
}
