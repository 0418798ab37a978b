//! The keys of the APIs that pages reach through Portico.

use super::{DURATION, Key, SIZE, Shape, TEXT, URL, key};

/// `[[upstreams]]`.
pub(super) const UPSTREAMS: &[Key] = &[
    key(
        "upstreams[].path",
        Shape::Text("path below `/api/`"),
        None,
        r#"path = "/api/orders""#,
        "Where pages reach the API; must be written. What follows in the address is added to `base_url`. `/api/fn` and \
         `/api/messages` are Portico's own.",
    ),
    key(
        "upstreams[].base_url",
        URL,
        None,
        r#"base_url = "https://orders.example.com/v1""#,
        "Where the API is; must be written. Requests go nowhere else, and redirects are not followed.",
    ),
    key(
        "upstreams[].methods",
        Shape::Words,
        Some("GET HEAD"),
        r#"methods = ["GET", "POST", "DELETE"]"#,
        "The methods that pass.",
    ),
    key(
        "upstreams[].audience",
        TEXT,
        None,
        r#"audience = "https://orders.example.com""#,
        "What its access tokens are asked for with (`audience`). Either this or `resource` must be written: a token goes to no other \
         API than the one it is for.",
    ),
    key(
        "upstreams[].resource",
        URL,
        None,
        r#"resource = "https://orders.example.com""#,
        "Sent as `resource` (RFC 8707) when its tokens are asked for.",
    ),
    key(
        "upstreams[].scopes",
        Shape::Words,
        Some(""),
        r#"scopes = ["orders:read"]"#,
        "What its tokens must allow. Without it: whatever the sign-in asked for.",
    ),
    key(
        "upstreams[].providers",
        Shape::Words,
        Some(""),
        r#"providers = ["acme"]"#,
        "Whose people get through, by the `id` of the provider. Where its sign-in asks for something else, a token for this API is \
         asked for by the refresh token of the sign-in (scope `offline_access`). Without it: the providers whose sign-in asks for \
         just this audience, resource and scopes.",
    ),
    key(
        "upstreams[].timeout",
        DURATION,
        Some("30s"),
        r#"timeout = "2m""#,
        "How long one request may take, from connecting to the last byte of the answer; `1s` to `1d`. An API that sends events for \
         hours needs more than the default. After a 401 there is a second attempt, with as much time again.",
    ),
    key(
        "upstreams[].max_request_size",
        SIZE,
        Some("1MiB"),
        r#"max_request_size = "20MiB""#,
        "Largest body of a request; `1B` to `16GiB`. More is refused with 413, and never held in memory as a whole.",
    ),
    key(
        "upstreams[].max_response_size",
        SIZE,
        Some("16MiB"),
        r#"max_response_size = "512MiB""#,
        "Largest body of an answer; `1B` to `16GiB`. An answer that says it is larger is refused with 502, one that turns out to be \
         breaks off.",
    ),
];
