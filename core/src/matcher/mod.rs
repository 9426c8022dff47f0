//! Finds matches in text, as the `regex` crate would.

pub mod alphabet;
pub mod dfa;
pub mod host;
pub mod literals;

use crate::span::Span;
use crate::table::Pools;
use crate::view::{Rewind, Text};
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

impl Matcher {
    /// The leftmost match in `text` at or after the place `from`; `before` is the character in front of it. Never
    /// empty.
    #[must_use]
    pub fn find<T: Text>(
        &self,
        pools: &Pools<'_>,
        text: T,
        from: usize,
        before: Option<char>,
        rewind: &mut Rewind<'_>,
    ) -> Option<Span> {
        match self {
            Self::Pattern(dfa) => dfa.find(pools, text, from, before, rewind),
            Self::Literals(literals) => literals.find(pools, text, from, before),
            Self::Host(_) => None,
        }
    }
}
