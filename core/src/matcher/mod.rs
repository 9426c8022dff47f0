//! Finds matches in text, as the `regex` crate would.

pub mod alphabet;
mod barren;
pub mod dfa;
pub mod host;
pub mod literals;

use crate::span::Span;
use crate::table::Pools;
use crate::view::{Rewind, Text};
pub use barren::Barren;
pub(crate) use barren::Entry;
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// What finds the matches of a search.
#[derive(Clone, Copy, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u32)]
pub enum Matcher {
    /// Regular expressions.
    Pattern(dfa::Dfa),
    /// A set of literals.
    Literals(literals::Literals),
    /// A detector of the host, which is asked about whole values (`find`).
    Host(host::Asked),
}

/// The memory that searching needs.
pub struct Scratch<'m> {
    /// To walk backwards.
    pub rewind: Rewind<'m>,
    /// Of what came to nothing.
    pub barren: Barren<'m>,
}

#[cfg(feature = "alloc")]
impl Scratch<'_> {
    /// Memory of its own, for so many automata that search.
    #[must_use]
    pub fn new(automata: usize) -> Self {
        Self { rewind: Rewind::new(), barren: Barren::new(automata) }
    }
}

impl Matcher {
    /// Whether it is an automaton that searches: what it reads behind a match is not bounded.
    #[cfg(feature = "alloc")]
    pub(crate) fn reads_on(&self) -> bool {
        matches!(self, Self::Pattern(dfa) if dfa.mode == dfa::Mode::Search)
    }

    /// The leftmost match in `text` at or after the place `from`; `before` is the character in front of it. Never
    /// empty.
    #[must_use]
    pub fn find<T: Text>(
        &self,
        pools: &Pools<'_>,
        text: T,
        from: usize,
        before: Option<char>,
        scratch: &mut Scratch<'_>,
    ) -> Option<Span> {
        match self {
            Self::Pattern(dfa) => dfa.find(pools, text, from, before, scratch),
            Self::Literals(literals) => literals.find(pools, text, from, before),
            Self::Host(_) => None,
        }
    }
}
