//! Who may ask: the page itself. Other pages that are open in the same browser may not, be it from their own place, or by a name
//! of theirs that they have let lead here (DNS rebinding).

use hyper::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Request, StatusCode};
use std::net::IpAddr;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const OTHER_HOST: (StatusCode, &str) = (
    StatusCode::MISDIRECTED_REQUEST,
    r#"{"error":"the page is not called so: open it by its address, as localhost, or by the name in the setting playground"}"#,
);
const OTHER_PAGE: (StatusCode, &str) =
    (StatusCode::FORBIDDEN, r#"{"error":"only the page itself may ask: open /playground and try again"}"#);

/// Knows the names of the page.
pub(super) struct Guard {
    /// The name in the setting.
    name: String,
}

impl Guard {
    pub(super) fn new(address: &str) -> Self {
        Self { name: name(address).to_owned() }
    }

    /// Why a request is not answered.
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), (StatusCode, &'static str)> {
        let headers = request.headers();
        let host = only(headers, &HOST).ok().flatten().ok_or(OTHER_HOST)?;
        if !self.is_ours(name(host)) {
            return Err(OTHER_HOST);
        }
        let from = only(headers, &ORIGIN).map_err(|()| OTHER_PAGE)?;
        let same_origin = from.is_none_or(|origin| {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        });
        let site = only(headers, &SITE).map_err(|()| OTHER_PAGE)?;
        // Somebody who follows a link from elsewhere only reads the page.
        let same_site =
            !request.method().is_safe() && site.is_some_and(|site| site != "same-origin" && site != "none");
        if same_origin && !same_site { Ok(()) } else { Err(OTHER_PAGE) }
    }

    /// Nobody can let an address, or the name of this machine for itself, lead elsewhere.
    fn is_ours(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case("localhost")
            || name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case(&self.name)
    }
}

/// The value of a header that may be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter().map(HeaderValue::to_str);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(()),
    }
}

/// A host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let request = headers
            .iter()
            .fold(Request::builder().method(method), |request, (name, value)| request.header(*name, *value))
            .body(())
            .unwrap();
        Guard::new("masks.internal:8792").check(&request).err().map(|(status, _)| status.as_u16())
    }

    #[test]
    fn names_that_nobody_else_can_have() {
        for host in [
            "localhost",
            "LOCALHOST:8792",
            "127.0.0.1:1",
            "127.0.0.1",
            "[::1]:8792",
            "192.0.2.7:80",
            "masks.internal",
            "Masks.Internal:99",
        ] {
            assert_eq!(check("GET", &[("host", host)]), None, "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8792", "a:b", ":"]
        {
            assert_eq!(check("GET", &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(check("GET", &[]), Some(421));
        assert_eq!(check("GET", &[("host", "localhost"), ("host", "localhost")]), Some(421));
    }

    #[test]
    fn only_the_page_itself_asks() {
        let host = ("host", "localhost:8792");
        for allowed in [
            &[host][..],
            &[host, ("origin", "http://localhost:8792")],
            &[host, ("origin", "http://localhost:8792"), ("sec-fetch-site", "same-origin")],
            &[host, ("sec-fetch-site", "none")],
        ] {
            assert_eq!(check("POST", allowed), None, "{allowed:?}");
        }
        for refused in [
            &[host, ("origin", "https://evil.example")][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://localhost:8793")],
            &[host, ("origin", "http://127.0.0.1:8792")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "same-site"), ("origin", "http://localhost:8792")],
            &[host, ("origin", "http://localhost:8792"), ("origin", "http://localhost:8792")],
        ] {
            assert_eq!(check("POST", refused), Some(403), "{refused:?}");
        }
        assert_eq!(check("GET", &[host, ("sec-fetch-site", "cross-site")]), None, "a link from elsewhere");
    }
}
