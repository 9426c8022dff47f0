//! Whether it lives, whether it is ready, and how full it is.

use crate::admission::Admission;
use crate::metrics::Metrics;
use crate::policies::Policies;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::watch;
use tracing_appender::non_blocking::ErrorCounter;

/// What health is told by.
pub(crate) struct Health {
    pub(crate) policies: Arc<Policies>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) ending: watch::Receiver<bool>,
    pub(crate) dropped: ErrorCounter,
    pub(crate) dry_run: bool,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    policies: PoliciesReady,
    dry_run: bool,
}

#[derive(Serialize)]
struct PoliciesReady {
    version: String,
    count: usize,
    /// What lies on disk is what is in use.
    current: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'static str>,
}

impl Health {
    /// Ready unless it is ending. With a set that was not taken, it is: the one in use masks as well as before, and to take all
    /// instances away for a typing error would lose every trace.
    pub(crate) fn ready(&self) -> (bool, String) {
        let set = self.policies.now();
        let current = self.policies.problem().is_none();
        let ready = !*self.ending.borrow();
        let policies = PoliciesReady {
            version: set.version.clone(),
            count: set.all().len(),
            current,
            problem: (!current).then_some("what lies on disk was not taken: the log says why"),
        };
        let answer = Ready { ready, policies, dry_run: self.dry_run };
        (ready, serde_json::to_string(&answer).unwrap_or_default())
    }

    /// Brings up to date what is counted elsewhere.
    pub(crate) fn measure(&self, metrics: &Metrics) {
        let (in_flight, memory) = self.admission.taken();
        let signed = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        metrics.in_flight.set(signed(in_flight));
        metrics.memory.set(signed(memory));
        metrics.log_lines_dropped.set(signed(self.dropped.dropped_lines()));
    }
}
