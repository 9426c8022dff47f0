//! Detectors that the host brings: a policy names them (`detect: host:NAME`), a masker is made with them.

use crate::error::{PolicyError, Problem, ProblemKind};
use crate::policy::Policy;
use spanmask_core::matcher::Matcher;
use spanmask_core::matcher::host::{Asked, Host};
use std::collections::BTreeMap;
use std::fmt;

pub use spanmask_core::matcher::host::{Failed, Spans};

/// A detector of the host, such as a model. It is handed the text of a value, decoded, and tells which bytes of it match.
///
/// It is called in the thread that masks, once or several times for a value, and must always tell the same of the same text.
/// A closure is one.
pub trait Detector: Send {
    /// Tells the parts of `text` that match: up to 1,024, in any order.
    ///
    /// # Errors
    /// [`Failed`] when it cannot tell; the policy says what then happens (`fail`).
    fn detect(&mut self, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed>;
}

impl<F: FnMut(&str, &mut Spans<'_>) -> Result<(), Failed> + Send> Detector for F {
    fn detect(&mut self, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed> {
        self(text, spans)
    }
}

/// Detectors by name.
#[derive(Default)]
pub struct Detectors(BTreeMap<String, Box<dyn Detector>>);

impl Detectors {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a detector: `detect: host:NAME` asks the one that is called `NAME`. A later one of the same name replaces it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, detector: impl Detector + 'static) -> Self {
        self.0.insert(name.into(), Box::new(detector));
        self
    }

    /// Those that the policy asks.
    pub(crate) fn of(self, policy: &Policy) -> Result<Box<dyn Host + Send>, PolicyError> {
        let names: Vec<String> = self.0.keys().cloned().collect();
        let missing: Vec<Problem> = asked(policy)
            .filter(|(_, _, name)| !self.0.contains_key(*name))
            .map(|(_, rule, name)| missing(rule, name))
            .collect();
        if let Some(error) = PolicyError::of(missing) {
            return Err(error);
        }
        let searches = policy.core().searches.len();
        let mut by_search = vec![None; searches];
        for (search, _, name) in asked(policy) {
            by_search[search] = names.iter().position(|known| known == name);
        }
        Ok(Box::new(Answers { detectors: self.0.into_values().collect(), by_search }))
    }
}

impl fmt::Debug for Detectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

fn missing(rule: u16, name: &str) -> Problem {
    let message = format!("no detector \"{name}\" was handed in");
    Problem::new(ProblemKind::External, format!("rules[{rule}].detect"), message)
        .suggest("hand it in where the masker or stream is made")
}

/// The searches that ask a detector: their number, their rule, its name.
fn asked(policy: &Policy) -> impl Iterator<Item = (usize, u16, &str)> {
    let core = policy.core();
    core.searches.iter().enumerate().filter_map(|(index, search)| match search.matcher {
        Matcher::Host(Asked { name, .. }) => {
            std::str::from_utf8(name.of(&core.pools.u8s)).ok().map(|name| (index, search.rule, name))
        }
        _ => None,
    })
}

/// The names of the detectors that a policy asks.
pub(crate) fn names(policy: &Policy) -> impl Iterator<Item = &str> {
    asked(policy).map(|(_, _, name)| name)
}

struct Answers {
    detectors: Vec<Box<dyn Detector>>,
    /// The detector of each search.
    by_search: Vec<Option<usize>>,
}

impl Host for Answers {
    fn detect(&mut self, search: usize, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed> {
        let index = self.by_search.get(search).copied().flatten().ok_or(Failed)?;
        self.detectors.get_mut(index).ok_or(Failed)?.detect(text, spans)
    }
}

/// Finds nothing: what a policy is tried with before anybody answers.
pub(crate) struct Silent;

impl Host for Silent {
    fn detect(&mut self, _: usize, _: &str, _: &mut Spans<'_>) -> Result<(), Failed> {
        Ok(())
    }
}
