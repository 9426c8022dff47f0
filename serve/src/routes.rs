//! What is at which path, and who may call it.

use crate::access::Secrets;
use crate::health::Health;
use crate::mask::{Answer, Callback, reply};
use crate::metrics::{Metrics, Outcome};
use crate::server::Service;
use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use std::sync::Arc;

const MASK: &str = "/mask";
/// The name of a secret in the query.
const SECRET: &str = "secret=";

/// The address of the callback, with that of [`Admin`] on it unless this has one of its own.
pub(crate) struct Public {
    pub(crate) callback: Callback,
    pub(crate) secrets: Secrets,
    pub(crate) admin: Option<Arc<Admin>>,
}

/// Health and metrics.
pub(crate) struct Admin {
    pub(crate) health: Health,
    pub(crate) metrics: Arc<Metrics>,
}

impl Service for Public {
    async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        match presented(request.uri()) {
            None => match &self.admin {
                Some(admin) => admin.answer(request).await,
                None => not_found(),
            },
            Some(_) if request.method() != Method::POST => {
                self.callback.metrics.ended(Outcome::BadRequest);
                wrong_method(HeaderValue::from_static("POST"))
            }
            Some(secret) if !self.secrets.is_empty() && !self.secrets.accept(secret.as_bytes()) => {
                self.callback.metrics.ended(Outcome::Forbidden);
                tracing::warn!(outcome = Outcome::Forbidden.name(), status = 403, "request");
                reply(StatusCode::FORBIDDEN, r#"{"error":"the secret is missing or wrong"}"#)
            }
            Some(_) => self.callback.answer(request).await,
        }
    }
}

/// The secret of a call of the callback, empty when it has none; `None`: it is no call of the callback.
fn presented(uri: &Uri) -> Option<&str> {
    let behind = uri.path().strip_prefix(MASK)?;
    match behind.strip_prefix('/') {
        Some(secret) if !secret.is_empty() => Some(secret),
        None if !behind.is_empty() => None,
        _ => {
            let query = uri.query().unwrap_or_default();
            Some(query.split('&').find_map(|part| part.strip_prefix(SECRET)).unwrap_or_default())
        }
    }
}

impl Service for Admin {
    async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let known = ["/healthz", "/readyz", "/metrics"].contains(&request.uri().path());
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/healthz") => reply(StatusCode::OK, r#"{"healthy":true}"#),
            (&Method::GET | &Method::HEAD, "/readyz") => {
                let (ready, json) = self.health.ready();
                reply(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, json)
            }
            (&Method::GET | &Method::HEAD, "/metrics") => {
                self.health.measure(&self.metrics);
                let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                let mut response = reply(StatusCode::OK, self.metrics.text());
                response.headers_mut().insert(hyper::header::CONTENT_TYPE, text);
                response
            }
            _ if known => wrong_method(HeaderValue::from_static("GET, HEAD")),
            _ => not_found(),
        }
    }
}

fn not_found() -> Response<Answer> {
    reply(StatusCode::NOT_FOUND, r#"{"error":"there is nothing here: the callback is POST /mask"}"#)
}

fn wrong_method(allowed: HeaderValue) -> Response<Answer> {
    let mut response = reply(StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"another method"}"#);
    response.headers_mut().insert(ALLOW, allowed);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stand_in_the_path_or_the_query() {
        for (uri, secret) in [
            ("/mask", Some("")),
            ("/mask/", Some("")),
            ("/mask/abc", Some("abc")),
            ("/mask/abc?secret=def", Some("abc")),
            ("/mask?secret=abc", Some("abc")),
            ("/mask/?x=1&secret=abc&secret=def", Some("abc")),
            ("/mask?secrets=abc", Some("")),
            ("/masks", None),
            ("/maskabc", None),
            ("/healthz", None),
        ] {
            assert_eq!(presented(&uri.parse().unwrap()), secret, "{uri}");
        }
    }
}
