//! Traces of the service itself: a span for each call of the callback, sent by OTLP over HTTP when an endpoint is set.
//!
//! Not to the Langfuse that calls back: each span would be a call with a span of its own.

#[cfg(not(feature = "otel"))]
mod none;
#[cfg(feature = "otel")]
mod otel;

#[cfg(not(feature = "otel"))]
pub(crate) use none::{Span, Spans};
#[cfg(feature = "otel")]
pub(crate) use otel::{Span, Spans};

/// What a span says of a call: nothing of its body.
#[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "nobody looks at it then"))]
pub(crate) struct About<'a> {
    pub(crate) outcome: &'static str,
    pub(crate) failed: bool,
    pub(crate) policy: &'a str,
    pub(crate) received: u64,
    pub(crate) sent: u64,
}
