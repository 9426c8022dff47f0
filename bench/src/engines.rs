//! What is compared: each engine does its work on the same bytes.

mod floor;
mod library;
mod masker;
mod peer;
mod serde;
mod simd_json;
mod sonic;
mod walk;

use crate::Result;
use crate::policies::Rules;

/// Does its work on a text.
pub trait Engine {
    /// The timed call: works on `buffer[..len]`, whose rest is room. Returns the masked text when there is one, else
    /// nothing.
    ///
    /// # Errors
    /// When it refuses the text.
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]>;

    /// Seconds that `calls` calls take, from engines in other processes, which time themselves; the text is the one
    /// that they were made for.
    fn timed_inside(&mut self, calls: usize) -> Option<Result<f64>> {
        let _ = calls;
        None
    }
}

/// What an engine is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Copies the text.
    Copy,
    /// Says whether it is JSON, and no more.
    Check,
    /// Parses it, or skips over it.
    Parse,
    /// Masks with any policy.
    Mask,
    /// The same, from a shared library that may not have been built.
    MaskByLibrary,
    /// Masks with policies that are nothing but expressions, by parsing and serialising.
    MaskByParsing,
    /// The same in another process, at a thousandth of the speed: not for long texts.
    MaskElsewhere,
    /// Searches the bytes for the expressions, and changes nothing.
    Search,
}

type Make = fn(Option<&Rules>, &[u8]) -> Result<Box<dyn Engine>>;

/// An engine by name.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub task: Task,
    make: Make,
}

impl Kind {
    /// The engine, for texts no longer than `input`.
    ///
    /// # Errors
    /// When it cannot do what the policy says.
    pub fn engine(&self, rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
        (self.make)(rules, input)
    }

    /// Whether it needs something that may be missing: another program, or a library.
    #[must_use]
    pub const fn elsewhere(&self) -> bool {
        matches!(self.task, Task::MaskElsewhere | Task::MaskByLibrary | Task::Search)
    }

    /// Whether it has a policy.
    #[must_use]
    pub const fn masks(&self) -> bool {
        !matches!(self.task, Task::Copy | Task::Check | Task::Parse)
    }

    /// Whether it can mask with these rules.
    #[must_use]
    pub fn can(&self, rules: &Rules) -> bool {
        match self.task {
            Task::Copy | Task::Check | Task::Parse => false,
            Task::Mask | Task::MaskByLibrary => true,
            Task::MaskByParsing | Task::MaskElsewhere | Task::Search => rules.patterns.is_some(),
        }
    }
}

/// All engines.
pub const ALL: [Kind; 16] = [
    Kind { name: "memcpy", task: Task::Copy, make: floor::memcpy },
    Kind { name: "spanmask", task: Task::Mask, make: masker::mask },
    Kind { name: "spanmask-trusted", task: Task::Mask, make: masker::trusted },
    Kind { name: "spanmask-stream", task: Task::Mask, make: masker::stream },
    Kind { name: "spanmask-c", task: Task::MaskByLibrary, make: library::mask },
    Kind { name: "spanmask-check", task: Task::Check, make: masker::check },
    Kind { name: "simd-json-tape", task: Task::Parse, make: simd_json::tape },
    Kind { name: "simd-json-tape-padded", task: Task::Parse, make: simd_json::tape_padded },
    Kind { name: "sonic-lazy", task: Task::Parse, make: sonic::lazy },
    Kind { name: "simd-json-regex", task: Task::MaskByParsing, make: simd_json::masker },
    Kind { name: "sonic-regex", task: Task::MaskByParsing, make: sonic::masker },
    Kind { name: "serde-regex", task: Task::MaskByParsing, make: serde::masker },
    Kind { name: "dd-sds", task: Task::MaskElsewhere, make: peer::dd_sds },
    Kind { name: "vectorscan", task: Task::Search, make: peer::vectorscan },
    Kind { name: "python-langfuse-docs", task: Task::MaskElsewhere, make: peer::python },
    Kind { name: "node-json-replace", task: Task::MaskElsewhere, make: peer::node },
];

/// The engine of this name.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Result<Kind> {
    let known = || ALL.map(|kind| kind.name).join(", ");
    let kind = ALL.into_iter().find(|kind| kind.name == name);
    kind.ok_or_else(|| format!("no engine \"{name}\"; there are: {}", known()).into())
}
