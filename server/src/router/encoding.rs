//! Content negotiation of encodings: `Accept-Encoding` is parsed once, exactly by RFC 9110 §12.5.3, and replaced by a plain list for the layers that
//! serve files and compress pages. Responses that depend on it get `Vary`.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderValue, header};

/// The offered encodings, in order of preference.
const OFFERED: [&str; 2] = ["br", "gzip"];

/// Replaces `Accept-Encoding` by the offered encodings it accepts, and adds `Vary`.
pub(super) async fn negotiate_encoding(mut request: Request, next: Next) -> Response {
    let accepted = accepted(request.headers());
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    if !accepted.is_empty()
        && let Ok(list) = HeaderValue::from_str(&accepted)
    {
        request.headers_mut().insert(header::ACCEPT_ENCODING, list);
    }
    let mut response = next.run(request).await;
    vary_by_encoding(response.headers_mut());
    response
}

/// Adds `Accept-Encoding` to `Vary` (RFC 9110 §12.5.5) unless it is there.
fn vary_by_encoding(headers: &mut HeaderMap) {
    let has_it = headers.get_all(header::VARY).iter().any(|value| {
        let names = value.to_str().unwrap_or_default().split(',');
        names
            .map(str::trim)
            .any(|name| name == "*" || name.eq_ignore_ascii_case("accept-encoding"))
    });
    if !has_it {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// The offered encodings that the client prefers to no encoding, or equally, with their weights; empty for none.
fn accepted(headers: &HeaderMap) -> String {
    let mut weights = Weights::default();
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            weights.add(item);
        }
    }
    let plain = weights.identity.or(weights.any).unwrap_or_default();
    let accepts = |(name, own): (&&'static str, Option<u16>)| {
        let weight = own.or(weights.any).unwrap_or_default();
        (weight > 0 && weight >= plain).then(|| format!("{name};q={}.{:03}", weight / 1000, weight % 1000))
    };
    let list: Vec<String> = OFFERED.iter().zip(weights.offered).filter_map(accepts).collect();
    list.join(", ")
}

/// The weight of each encoding in thousandths; `None` if it is not listed.
#[derive(Default)]
struct Weights {
    offered: [Option<u16>; OFFERED.len()],
    identity: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    fn add(&mut self, item: &str) {
        let mut parts = item.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = match (parts.next(), parts.next()) {
            (None, _) => 1000,
            // An invalid weight, or one followed by another parameter, counts as 0.
            (Some(weight), None) => weight_of(weight).unwrap_or_default(),
            _ => 0,
        };
        let slot = match name.as_str() {
            "*" => &mut self.any,
            "identity" => &mut self.identity,
            "br" => &mut self.offered[0],
            "gzip" | "x-gzip" => &mut self.offered[1],
            _ => return,
        };
        // Of an encoding that is listed twice the lower weight counts.
        *slot = Some(slot.map_or(weight, |before: u16| before.min(weight)));
    }
}

/// A weight in thousandths (RFC 9110 §12.4.2).
fn weight_of(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let (whole, part) = value.trim_end().split_once('.').unwrap_or((value.trim_end(), ""));
    let is_weight = name.trim_start().eq_ignore_ascii_case("q")
        && part.len() <= 3
        && part.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(whole, "0" | "1");
    let weight = format!("{whole}{part:0<3}").parse().ok()?;
    (is_weight && weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted_of(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, value.parse().unwrap());
        }
        accepted(&headers)
    }

    #[test]
    fn a_coding_is_taken_by_its_weight() {
        for (sent, expected) in [
            ("br", "br;q=1.000"),
            ("gzip, deflate, br, zstd", "br;q=1.000, gzip;q=1.000"),
            ("BR , GZip", "br;q=1.000, gzip;q=1.000"),
            ("x-gzip", "gzip;q=1.000"),
            ("br;q=0, gzip", "gzip;q=1.000"),
            ("br;q=0.000,gzip;q=0.001", "gzip;q=0.001"),
            ("br; q=0.5, gzip; Q=0.75", "br;q=0.500, gzip;q=0.750"),
            ("*", "br;q=1.000, gzip;q=1.000"),
            ("*;q=0", ""),
            ("br;q=0, *", "gzip;q=1.000"),
            ("*;q=0, gzip", "gzip;q=1.000"),
            ("identity", ""),
            ("identity, br;q=0.5", ""),
            ("identity;q=0.5, br;q=0.5, gzip;q=0.4", "br;q=0.500"),
            ("identity;q=0", ""),
            ("identity;q=0, *", "br;q=1.000, gzip;q=1.000"),
            ("identity, *;q=0.5", ""),
            ("", ""),
            ("deflate, zstd, brotli, bre", ""),
        ] {
            assert_eq!(accepted_of(&[sent]), expected, "{sent}");
        }
        assert_eq!(accepted_of(&[]), "");
        assert_eq!(accepted_of(&["gzip;q=0.5", "br"]), "br;q=1.000, gzip;q=0.500");
    }

    #[test]
    fn what_is_no_weight_is_no_preference() {
        for sent in [
            "br;q=2",
            "br;q=1.5",
            "br;q=1.001",
            "br;q=0.0001",
            "br;q=-1",
            "br;q=",
            "br;q",
            "br;level=1",
            "br;q=1;x=y",
            "br;q=0.5x",
            "br;q=.5",
            "br, br;q=0",
            "br;q=0, br",
        ] {
            assert_eq!(accepted_of(&[sent]), "", "{sent}");
        }
    }

    #[test]
    fn caches_learn_that_once() {
        for (before, after) in [
            (None, "accept-encoding"),
            (Some("Accept-Encoding"), "Accept-Encoding"),
            (Some("cookie, accept-encoding"), "cookie, accept-encoding"),
            (Some("*"), "*"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(before) = before {
                headers.insert(header::VARY, HeaderValue::from_static(before));
            }
            vary_by_encoding(&mut headers);
            let all: Vec<_> = headers.get_all(header::VARY).iter().collect();
            assert_eq!(all, [after], "{before:?}");
        }
    }
}
