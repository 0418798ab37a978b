//! The default pages: bare HTML, no style, no script.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

use super::{DeviceCode, Pages, Problem, ProviderLink, ProviderLogoutForm, SignedOut};
use crate::return_path::ReturnPath;

/// Minimal pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainPages;

impl Pages for PlainPages {
    fn problem(&self, problem: &Problem) -> Response {
        let mut body = format!("<p>{}</p>\n", escaped(&problem.message));
        let _ = writeln!(body, "<p>Reference <code>{}</code></p>", escaped(&problem.reference));
        if let Some(retry) = &problem.retry {
            let _ = writeln!(body, "<p><a href=\"{}\">Try again</a></p>", escaped(retry));
        }
        page(problem.status, &problem.title, &body)
    }

    fn signed_out(&self, signed_out: &SignedOut) -> Response {
        if signed_out.signed_in_again {
            return page(
                StatusCode::OK,
                "You are signed in",
                "<p><a href=\"/\">Home page</a></p>\n",
            );
        }
        let notice = if signed_out.provider_session_alive {
            "<p>You may still be signed in at the provider. Sign out there as well if this is not your own device.</p>\n"
        } else {
            ""
        };
        page(
            StatusCode::OK,
            "You are signed out",
            &format!("{notice}<p><a href=\"/\">Home page</a></p>\n"),
        )
    }

    fn chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        page(
            StatusCode::OK,
            "Sign in with",
            &choices("/auth/login", providers, return_to),
        )
    }

    fn sign_up_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        page(
            StatusCode::OK,
            "Make an account with",
            &choices("/auth/signup", providers, return_to),
        )
    }

    fn provider_logout(&self, form: &ProviderLogoutForm) -> Response {
        let mut body = format!("<form method=\"post\" action=\"{}\">\n", escaped(&form.action));
        for (name, value) in &form.fields {
            let (name, value) = (escaped(name), escaped(value));
            let _ = writeln!(body, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        }
        body.push_str("<p>You are signed out here.</p>\n<button>Sign out at the provider too</button>\n</form>\n");
        page(StatusCode::OK, "One more step", &body)
    }

    fn device(&self, code: &DeviceCode) -> Response {
        let address = escaped(&code.verification_uri);
        let mut body = format!(
            "<p>Use your phone or computer to open <a rel=\"external noreferrer\" href=\"{address}\">{address}</a> and enter \
             this code for {}:</p>\n<p><strong><code>{}</code></strong></p>\n",
            escaped(&code.provider),
            escaped(&code.user_code)
        );
        if let Some(complete) = &code.verification_uri_complete {
            let complete = escaped(complete);
            let _ = writeln!(
                body,
                "<p>Or open <a rel=\"external noreferrer\" href=\"{complete}\">the address with the code in it</a>.</p>"
            );
        }
        body.push_str(code.qr.as_deref().unwrap_or_default());
        let minutes = code.ends_in.as_secs().div_ceil(60);
        let _ = write!(
            body,
            "\n<p>The code is good for {minutes} more minutes. When you are done, this page goes on by itself.</p>\n\
             <p><a rel=\"external\" href=\"{}\">Look now</a></p>\n",
            escaped(&code.again)
        );
        page(StatusCode::OK, "Sign in with a code", &body)
    }

    fn device_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let links = choices("/auth/device", providers, return_to);
        page(StatusCode::OK, "Sign in with a code from", &links)
    }
}

/// A list of providers to follow to `path`.
fn choices(path: &str, providers: &[ProviderLink], return_to: &ReturnPath) -> String {
    let mut list = String::from("<ul>\n");
    for provider in providers {
        let href = format!(
            "{path}?provider={}&return_to={}",
            provider.id,
            return_to.as_query_value()
        );
        let (href, title) = (escaped(&href), escaped(&provider.title));
        let _ = writeln!(list, "<li><a rel=\"external\" href=\"{href}\">{title}</a></li>");
    }
    list.push_str("</ul>\n");
    list
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    );
    (status, Html(html)).into_response()
}

/// Text made safe inside elements and quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cb_6_text_from_elsewhere_is_escaped() {
        assert_eq!(escaped("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }
}
