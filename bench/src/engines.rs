//! What is compared: each engine does its work on the same bytes.

mod floor;
mod masker;
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
    /// Masks with policies that are nothing but expressions, by parsing and serialising.
    MaskByParsing,
}

type Make = fn(Option<&Rules>, usize) -> Result<Box<dyn Engine>>;

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
    /// The engine, for texts of up to `size` bytes.
    ///
    /// # Errors
    /// When it cannot do what the policy says.
    pub fn engine(&self, rules: Option<&Rules>, size: usize) -> Result<Box<dyn Engine>> {
        (self.make)(rules, size)
    }

    /// Whether it has a policy.
    #[must_use]
    pub const fn masks(&self) -> bool {
        matches!(self.task, Task::Mask | Task::MaskByParsing)
    }

    /// Whether it can mask with these rules.
    #[must_use]
    pub fn can(&self, rules: &Rules) -> bool {
        match self.task {
            Task::Copy | Task::Check | Task::Parse => false,
            Task::Mask => true,
            Task::MaskByParsing => rules.patterns.is_some(),
        }
    }
}

/// The engine of this name.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Result<Kind> {
    let known = || ALL.map(|kind| kind.name).join(", ");
    ALL.into_iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| format!("no engine \"{name}\"; there are: {}", known()).into())
}

/// All engines.
pub const ALL: [Kind; 9] = [
    Kind { name: "memcpy", task: Task::Copy, make: floor::memcpy },
    Kind { name: "spanmask", task: Task::Mask, make: masker::mask },
    Kind { name: "spanmask-check", task: Task::Check, make: masker::check },
    Kind { name: "simd-json-tape", task: Task::Parse, make: simd_json::tape },
    Kind { name: "simd-json-tape-padded", task: Task::Parse, make: simd_json::tape_padded },
    Kind { name: "sonic-lazy", task: Task::Parse, make: sonic::lazy },
    Kind { name: "simd-json-regex", task: Task::MaskByParsing, make: simd_json::masker },
    Kind { name: "sonic-regex", task: Task::MaskByParsing, make: sonic::masker },
    Kind { name: "serde-regex", task: Task::MaskByParsing, make: serde::masker },
];
