//! Takes a set anew when its files change, or when told to: all of it or nothing.

use super::{Policies, Stamps, find};
use crate::admission::Admission;
use crate::metrics::Metrics;
use crate::pool::Pools;
use crate::tls::Acceptor;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

/// What was not taken for a reason that may pass, such as a lack of descriptors, is tried again after so many looks.
const AGAIN: u32 = 15;

/// Looks after the policies in use.
pub(crate) struct Watch {
    pub(crate) place: String,
    pub(crate) stamps: Stamps,
    pub(crate) policies: Arc<Policies>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) pools: Arc<Pools>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) tls: Option<Arc<Acceptor>>,
    pub(crate) tls_stamps: Stamps,
    pub(crate) every: Duration,
    /// Somebody sent SIGHUP.
    pub(crate) told: Arc<Notify>,
}

impl Watch {
    /// Runs until it is dropped.
    pub(crate) async fn run(mut self) {
        let mut looks = tokio::time::interval(self.every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failed_for = 0;
        loop {
            let told = tokio::select! {
                _ = looks.tick() => false,
                () = self.told.notified() => true,
            };
            failed_for = if self.policies.problem().is_some() { failed_for + 1 } else { 0 };
            if let Some(tls) = &self.tls
                && (told || self.tls_stamps.changed())
            {
                self.tls_stamps = Stamps::default();
                tls.reload(&mut self.tls_stamps);
            }
            if told || failed_for == AGAIN || self.stamps.changed() {
                failed_for = 0;
                // Compiling takes its time and must not keep requests waiting.
                self = match tokio::task::spawn_blocking(move || self.reload()).await {
                    Ok(watch) => watch,
                    Err(_) => return tracing::error!("policies are no longer looked after: this is a bug"),
                };
            }
        }
    }

    fn reload(mut self) -> Self {
        let mut stamps = Stamps::default();
        let found =
            find(&self.place, &mut stamps).and_then(|found| match self.admission.fits(found.deepest()) {
                true => Ok(found),
                false => Err(super::TOO_LITTLE_MEMORY.to_owned()),
            });
        self.stamps = stamps;
        match found {
            Ok(found) => {
                let (warnings, before) = (found.warnings.clone(), self.policies.now().version.clone());
                let version = self.policies.take(found, &self.metrics);
                self.pools.keep_only(self.policies.now().all());
                tracing::info!(version, before, "policies taken");
                warnings.iter().for_each(|warning| tracing::warn!(warning, "policies"));
            }
            Err(problem) => {
                let version = &self.policies.now().version;
                if self.policies.keep(problem.clone(), &self.metrics) {
                    tracing::error!(version, problem, "policies not taken; those in use stay");
                }
            }
        }
        self
    }
}
