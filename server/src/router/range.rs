//! Range requests: one range of bytes, or the whole file. `tower-http` would reject several ranges and unknown units, which RFC 9110 §14.2 requires to
//! ignore.

use axum::extract::Request;
use http::{HeaderMap, HeaderValue, Method, header};

/// The range that a request is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RequestedRange {
    /// The whole file.
    Whole,
    /// From a position on.
    Range,
    /// A number of bytes at its end, at least one.
    Suffix,
}

/// Removes `Range` unless it has one valid range, which is rewritten in its simplest form.
pub(super) fn retain_one_range(request: &mut Request) -> RequestedRange {
    let is_get = *request.method() == Method::GET;
    let headers = request.headers_mut();
    // Without entity tags such a condition never holds, and takes precedence over one on time (RFC 9110 §13.2.2).
    if headers.contains_key(header::IF_NONE_MATCH) {
        headers.remove(header::IF_MODIFIED_SINCE);
    }
    let range = is_get.then(|| one_range(headers)).flatten();
    headers.remove(header::RANGE);
    let Some(range) = range else {
        return RequestedRange::Whole;
    };
    let stored = match range.strip_prefix("bytes=-") {
        Some(length) if length != "0" => RequestedRange::Suffix,
        _ => RequestedRange::Range,
    };
    let Ok(range) = HeaderValue::try_from(range) else {
        return RequestedRange::Whole;
    };
    headers.insert(header::RANGE, range);
    stored
}

/// The one requested range of bytes. `None` for another unit, several ranges, an invalid range (RFC 9110 §14.1.1), or under a condition (§13.1.5):
/// the response is then the whole file, which is always allowed.
fn one_range(headers: &HeaderMap) -> Option<String> {
    if headers.contains_key(header::IF_RANGE) {
        return None;
    }
    let mut values = headers.get_all(header::RANGE).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (unit, ranges) = value.to_str().ok()?.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
    let (range, None) = (ranges.next()?, ranges.next()) else {
        return None;
    };
    let (first, last) = range.split_once('-')?;
    match (position(first), position(last)) {
        (Some(first), Some(last)) => (first <= last).then(|| format!("bytes={first}-{last}")),
        (Some(first), None) if last.is_empty() => Some(format!("bytes={first}-")),
        (None, Some(length)) if first.is_empty() => Some(format!("bytes=-{length}")),
        _ => None,
    }
}

/// A number of bytes; one that overflows becomes the largest.
fn position(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn stored(method: Method, sent: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::builder().method(method);
        for (name, value) in sent {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        retain_one_range(&mut request);
        let range = request.headers().get(header::RANGE)?;
        Some(range.to_str().unwrap().to_owned())
    }

    #[test]
    fn one_range_of_bytes_is_given_and_no_other() {
        for (sent, expected) in [
            ("bytes=0-9", Some("bytes=0-9")),
            ("Bytes=0-9", Some("bytes=0-9")),
            ("bytes= 0-9 ", Some("bytes=0-9")),
            ("bytes=007-09", Some("bytes=7-9")),
            ("bytes=0-9,", Some("bytes=0-9")),
            ("bytes=5-", Some("bytes=5-")),
            ("bytes=-5", Some("bytes=-5")),
            ("bytes=-0", Some("bytes=-0")),
            ("bytes=0-99999999999999999999999", Some("bytes=0-18446744073709551615")),
            ("lines=0-9", None),
            ("items 0-9", None),
            ("bytes", None),
            ("bytes=", None),
            ("bytes=,", None),
            ("bytes=-", None),
            ("bytes=9-0", None),
            ("bytes=a-b", None),
            ("bytes=0-9-12", None),
            ("bytes=+0-9", None),
            ("bytes=0x0-9", None),
            ("bytes=0-1,4-5", None),
            ("bytes=0-1, lines=4-5", None),
        ] {
            assert_eq!(stored(Method::GET, &[("range", sent)]).as_deref(), expected, "{sent}");
        }
        let range = ("range", "bytes=0-9");
        assert_eq!(stored(Method::HEAD, &[range]), None);
        assert_eq!(stored(Method::GET, &[range, range]), None);
        assert_eq!(
            stored(Method::GET, &[range, ("if-range", "Mon, 30 Nov 2026 00:00:00 GMT")]),
            None
        );
    }
}
