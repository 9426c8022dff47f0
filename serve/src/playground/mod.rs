//! A page on which people try a policy out: a trace and a policy in, and side by side what is masked, by which rule, and what
//! nearly was. Nothing that comes in is kept, logged or counted.
//!
//! Whoever reaches the address may use it, so a policy from there gets nothing of this machine: no files, no variables.

mod guard;
mod trial;

use crate::mask::input::{Input, InputError, Patience};
use crate::mask::{Answer, reply};
use crate::server::Service;
use crate::settings::{Settings, Timeouts};
use bytes::Bytes;
use guard::Guard;
use hyper::body::Incoming;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Where the page is.
pub(crate) const PAGE: &str = "/playground";
/// The most that is taken: a trace and a policy, as JSON.
const LARGEST: u64 = 4 << 20;
/// People who are answered at a time.
const AT_A_TIME: usize = 4;

const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JSON: &str = "application/json";

/// What every answer says: nothing from elsewhere, no frame around it, and nobody keeps it.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The page, and what it asks.
pub(crate) struct Playground {
    guard: Guard,
    timeouts: Timeouts,
    room: Arc<Semaphore>,
}

impl Playground {
    /// One that is to be found at `address`.
    pub(crate) fn new(address: &str, settings: &Settings) -> Self {
        let timeouts = settings.timeouts.clone();
        Self { guard: Guard::new(address), timeouts, room: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl Service for Playground {
    async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let mut response = match self.guard.check(&request) {
            Ok(()) => self.route(request).await,
            Err((status, json)) => reply(status, json),
        };
        for (name, value) in HEADERS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl Playground {
    async fn route(&self, request: Request<Incoming>) -> Response<Answer> {
        let (kind, text): (_, Bytes) = match request.uri().path() {
            "/" => return elsewhere(),
            PAGE => (HTML, include_str!("page/index.html").into()),
            "/playground/page.js" => (JAVASCRIPT, include_str!("page/page.js").into()),
            "/playground/page.css" => (CSS, include_str!("page/page.css").into()),
            "/playground/trace.json" => (JSON, include_str!("page/trace.json").into()),
            "/playground/presets" => (JSON, trial::presets().into()),
            "/playground/try" if request.method() == Method::POST => return self.attempt(request).await,
            "/playground/try" => return wrong_method("POST"),
            _ => {
                return reply(
                    StatusCode::NOT_FOUND,
                    r#"{"error":"there is nothing here: the page is /playground"}"#,
                );
            }
        };
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return wrong_method("GET, HEAD");
        }
        let mut response = reply(StatusCode::OK, text);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }

    /// Masks what came, as far as there is room.
    async fn attempt(&self, request: Request<Incoming>) -> Response<Answer> {
        let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == JSON);
        let until = Instant::now() + self.timeouts.request;
        let patience = Patience { stall: self.timeouts.stall, until, largest: LARGEST };
        let mut input = Input::new(request.into_body(), false, patience);
        let Ok(place) = self.room.clone().try_acquire_owned() else {
            let json = r#"{"error":"others are trying policies out: try again in a moment"}"#;
            let mut response = refused(input, StatusCode::SERVICE_UNAVAILABLE, json);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            return response;
        };
        if !is_json {
            let json = r#"{"error":"the content type is to be application/json"}"#;
            return refused(input, StatusCode::UNSUPPORTED_MEDIA_TYPE, json);
        }
        let text = match gather(&mut input).await {
            Ok(text) => text,
            Err(InputError::TooLarge) => {
                let json = r#"{"error":"trace and policy are larger than this page takes: 4 MiB together"}"#;
                return refused(input, StatusCode::PAYLOAD_TOO_LARGE, json);
            }
            Err(_) => {
                let json = r#"{"error":"trace and policy did not come whole, or not in time"}"#;
                return reply(StatusCode::REQUEST_TIMEOUT, json);
            }
        };
        // Compiling takes its time, and others must not wait for it. It goes on when the caller leaves, and so keeps its place.
        let work = move || (trial::answer(&text), place).0;
        match tokio::task::spawn_blocking(work).await {
            Ok((status, json)) => reply(status, json),
            Err(_) => reply(
                StatusCode::INTERNAL_SERVER_ERROR,
                r#"{"error":"this is a bug of spanmask: please report it, without the trace"}"#,
            ),
        }
    }
}

async fn gather(input: &mut Input) -> Result<Vec<u8>, InputError> {
    let mut text = Vec::new();
    while let Some(piece) = input.next().await? {
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

/// Says no, and takes the rest of the body for a while.
fn refused(input: Input, status: StatusCode, json: &'static str) -> Response<Answer> {
    tokio::spawn(input.drain());
    reply(status, json)
}

fn elsewhere() -> Response<Answer> {
    let mut response = reply(StatusCode::TEMPORARY_REDIRECT, "");
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(PAGE));
    response
}

fn wrong_method(allowed: &'static str) -> Response<Answer> {
    let mut response = reply(StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"another method"}"#);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}
