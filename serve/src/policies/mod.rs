//! Which policy masks a body.

mod document;
mod files;
mod load;
pub(crate) mod watch;

pub(crate) use files::Stamps;
pub(crate) use load::{Found, FoundSet, find};

use crate::metrics::Metrics;
use crate::tenant::Tenant;
use hyper::HeaderMap;
use hyper::header::HeaderName;
use prometheus::IntCounter;
use spanmask::Policy;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A policy under the name that logs and metrics have for it.
pub(crate) struct Loaded {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    /// The ids of its rules.
    pub(crate) rules: Vec<String>,
    /// Names the memory that was made for it.
    pub(crate) id: u64,
    /// Of what it was compiled.
    digest: [u8; 32],
    matches: Vec<IntCounter>,
}

impl Loaded {
    fn new(found: Found, metrics: &Metrics) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let rules: Vec<_> = found.policy.rules().map(str::to_owned).collect();
        Self {
            matches: metrics.matches(&found.name, &rules),
            name: found.name,
            policy: found.policy,
            rules,
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            digest: found.digest,
        }
    }

    /// Adds what was masked to the counters of its rules.
    pub(crate) fn count(&self, report: &spanmask::Report<'_>) {
        for (counter, (_, parts)) in self.matches.iter().zip(report.counts()) {
            if parts > 0 {
                counter.inc_by(parts);
            }
        }
    }
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A header that asks for more: what has this value is masked by this policy on top.
#[derive(Debug, Clone)]
struct Tighten<P> {
    header: HeaderName,
    value: String,
    policy: P,
}

/// Which project has which policy; `P` is its index where a set is read, the policy where it is used.
#[derive(Debug, Clone)]
struct Map<P> {
    default: P,
    projects: HashMap<String, P>,
    organisations: HashMap<String, P>,
    tighten: Vec<Tighten<P>>,
}

impl<P> Map<P> {
    /// With what each index stands for.
    fn with<Q>(self, mut of: impl FnMut(P) -> Q) -> Map<Q> {
        Map {
            default: of(self.default),
            projects: self.projects.into_iter().map(|(id, policy)| (id, of(policy))).collect(),
            organisations: self.organisations.into_iter().map(|(id, policy)| (id, of(policy))).collect(),
            tighten: (self.tighten.into_iter())
                .map(|Tighten { header, value, policy }| Tighten { header, value, policy: of(policy) })
                .collect(),
        }
    }
}

/// Policies that were read and checked together. Immutable.
pub(crate) struct Set {
    map: Map<Arc<Loaded>>,
    all: Vec<Arc<Loaded>>,
    pub(crate) version: String,
}

impl Set {
    /// The policies that mask a body, one after the other: that of the project, or else of the organisation, or else the
    /// default; then those that headers ask for on top, so that no header can loosen anything.
    pub(crate) fn choose(&self, tenant: Tenant<'_>, headers: &HeaderMap) -> Vec<Arc<Loaded>> {
        let project = tenant.project.and_then(|id| self.map.projects.get(id));
        let organisation = || tenant.organisation.and_then(|id| self.map.organisations.get(id));
        let mut chosen = vec![project.or_else(organisation).unwrap_or(&self.map.default).clone()];
        for Tighten { header, value, policy } in &self.map.tighten {
            // Propagated headers may come repeated or joined: whoever asks for more gets more.
            let asks = |text: &str| text.split(',').any(|part| part.trim().eq_ignore_ascii_case(value));
            let mut values = headers.get_all(header).iter();
            if values.any(|text| text.to_str().is_ok_and(asks))
                && !chosen.iter().any(|other| other.id == policy.id)
            {
                chosen.push(policy.clone());
            }
        }
        chosen
    }

    /// The policies, in order of their names.
    pub(crate) fn all(&self) -> &[Arc<Loaded>] {
        &self.all
    }
}

/// Why a set cannot work.
pub(crate) const TOO_LITTLE_MEMORY: &str = "limits.memory is too small for one body larger than limits.window, with the policies that it may go through";

/// The set in use, and how the last try to replace it went.
pub(crate) struct Policies {
    set: RwLock<Arc<Set>>,
    /// Why what lies on disk was not taken.
    problem: RwLock<Option<String>>,
}

impl Policies {
    /// Begins with a set.
    pub(crate) fn new(found: load::FoundSet, metrics: &Metrics) -> Self {
        let set = install(found, &[], metrics);
        Self { set: RwLock::new(Arc::new(set)), problem: RwLock::new(None) }
    }

    /// The set in use. Requests keep the one that they began with.
    pub(crate) fn now(&self) -> Arc<Set> {
        self.set.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why what lies on disk was not taken, when it was not.
    pub(crate) fn problem(&self) -> Option<String> {
        self.problem.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces all of it, and tells the version.
    fn take(&self, found: load::FoundSet, metrics: &Metrics) -> String {
        let set = Arc::new(install(found, self.now().all(), metrics));
        let version = set.version.clone();
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
        *self.problem.write().unwrap_or_else(PoisonError::into_inner) = None;
        metrics.reload_failed.set(0);
        version
    }

    /// Keeps what is in use. Says whether the problem is a new one.
    fn keep(&self, problem: String, metrics: &Metrics) -> bool {
        metrics.reload_failures.inc();
        metrics.reload_failed.set(1);
        let mut last = self.problem.write().unwrap_or_else(PoisonError::into_inner);
        let new = last.as_ref() != Some(&problem);
        *last = Some(problem);
        new
    }
}

fn install(found: load::FoundSet, old: &[Arc<Loaded>], metrics: &Metrics) -> Set {
    let load::FoundSet { policies, map, version, .. } = found;
    let all: Vec<_> = (policies.into_iter())
        .map(|found| {
            let same = |loaded: &&Arc<Loaded>| loaded.name == found.name && loaded.digest == found.digest;
            let kept = old.iter().find(same).cloned();
            kept.unwrap_or_else(|| Arc::new(Loaded::new(found, metrics)))
        })
        .collect();
    metrics.policies(&version, &all, old);
    Set { map: map.with(|index: usize| all[index].clone()), all, version }
}
