//! What is told of a call when it is over, however it ends.

use super::failure::Failure;
use crate::metrics::{Metrics, Outcome};
use crate::policies::Loaded;
use crate::spans::{About, Span, Spans};
use hyper::StatusCode;
use std::sync::Arc;
use std::time::Instant;

/// A call of the callback. One that is dropped before it ends was left by its caller.
pub(super) struct Call {
    metrics: Arc<Metrics>,
    begun: Instant,
    span: Span,
    policy: Option<Arc<Loaded>>,
    /// Bytes of the body, unpacked.
    pub(super) received: u64,
    ended: bool,
}

impl Call {
    pub(super) fn new(metrics: &Arc<Metrics>, spans: &Spans) -> Self {
        let span = spans.start();
        Self {
            metrics: metrics.clone(),
            begun: Instant::now(),
            span,
            policy: None,
            received: 0,
            ended: false,
        }
    }

    pub(super) fn masked_by(&mut self, policy: &Arc<Loaded>) {
        self.policy = Some(policy.clone());
    }

    /// The whole answer is made.
    pub(super) fn masked(mut self, sent: u64) {
        let time = self.begun.elapsed();
        self.metrics.took(time, self.received);
        self.end(Outcome::Masked, sent);
        tracing::debug!(
            outcome = Outcome::Masked.name(),
            policy = self.policy_name(),
            received = self.received,
            sent,
            seconds = time.as_secs_f64(),
            "request"
        );
    }

    /// There is none.
    pub(super) fn failed(mut self, failure: Failure) {
        self.end(failure.outcome(), 0);
        self.tell(failure.outcome(), failure.status(), Some(failure));
    }

    /// There was a part of one. How much, the metrics know. `None`: nobody is there to take the rest.
    pub(super) fn cut_off(mut self, failure: Option<Failure>, sent: u64) {
        let outcome = match failure.map(Failure::outcome) {
            None | Some(Outcome::Left) => Outcome::Left,
            Some(_) => Outcome::CutOff,
        };
        self.end(outcome, sent);
        self.tell(outcome, StatusCode::OK, failure);
    }

    fn end(&mut self, outcome: Outcome, sent: u64) {
        self.ended = true;
        self.metrics.received.inc_by(self.received);
        self.metrics.sent.inc_by(sent);
        self.metrics.ended(outcome);
        let policy = self.policy.as_ref().map_or("", |policy| &policy.name);
        let (failed, received) = (outcome != Outcome::Masked, self.received);
        self.span.end(&About { outcome: outcome.name(), failed, policy, received, sent });
    }

    fn policy_name(&self) -> &str {
        self.policy.as_ref().map_or("", |policy| &policy.name)
    }

    fn tell(&self, outcome: Outcome, status: StatusCode, failure: Option<Failure>) {
        tracing::warn!(
            outcome = outcome.name(),
            status = status.as_u16(),
            problem = failure.map_or("the caller went away", Failure::message),
            offset = failure.and_then(Failure::offset),
            policy = self.policy_name(),
            received = self.received,
            seconds = self.begun.elapsed().as_secs_f64(),
            "request"
        );
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.ended {
            let outcome = if std::thread::panicking() { Outcome::Failed } else { Outcome::Left };
            self.end(outcome, 0);
            self.tell(outcome, StatusCode::OK, None);
        }
    }
}
