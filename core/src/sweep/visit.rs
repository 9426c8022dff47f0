//! What goes in and what comes out.

use super::{Brackets, Candidate, Seen};
use crate::scan::NotJson;
use crate::scan::scalar_token::Scalar;
use crate::span::Span;

/// Why a text was not swept to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not JSON, or too deep.
    NotJson,
    /// It may be.
    Doubt,
}

impl From<NotJson> for Refusal {
    fn from(_: NotJson) -> Self {
        Self::NotJson
    }
}

/// What a sweep goes over.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Raw bytes of the text, without the quotes of a nested one.
    pub span: Span,
    /// Levels of escapes in front of it.
    pub level: u8,
    /// Whether several texts may follow each other.
    pub sequence: bool,
    /// Whether every value is told of.
    pub everything: bool,
    /// Whether names and brackets are kept for those who follow places.
    pub tracks: bool,
    /// Whether candidates are listed.
    pub lists: bool,
    /// And those of what may be a nested text: for policies that know values by their text
    /// ([`ByText`](crate::policy::ByText)).
    pub lists_nested: bool,
    /// Whether the sweeper has read its start.
    pub begun: bool,
    /// Whether somebody vouches for its grammar: what is wrong may then go unnoticed.
    pub trusted: bool,
}

/// Where a value stands.
pub struct At<'s, 'm> {
    /// The containers around it.
    pub brackets: &'s mut Brackets<'m>,
    /// How many of these belong to the texts around this one.
    pub base: usize,
    /// The fewest of this text's that were open since the last value that was told of.
    pub lowest: usize,
    /// The name of the value, if it stands in an object; [`super::NAME_BEFORE`] in front of the part that is swept.
    pub key: Span,
    /// Whether all values are told of here.
    pub all: bool,
    /// Of a string: its candidates, near which all its matches lie, if these are known.
    pub candidates: Option<&'s [Candidate]>,
    /// Its text is known to be no nested one.
    pub plain: bool,
}

/// How a sweep goes on behind a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// As before.
    GoOn,
    /// The same: the list of the candidates of what may be a nested text was of use.
    GoOnListing,
    /// With every value up to the end of the object around this one.
    AllAround,
    /// Not at all.
    Doubt,
}

/// Receives what a sweep stops at, in order. Spans are raw offsets; those of strings lie between the quotes.
pub trait Visitor {
    /// The bytes that are swept.
    fn input(&self) -> &[u8];
    /// Whether every value under this name must be told of.
    fn name(&mut self, span: Span) -> bool;
    /// A string value; `seen` is what stands between its quotes, where that is at hand.
    fn string(&mut self, at: At<'_, '_>, span: Span, seen: Option<Seen<'_>>) -> Then;
    /// A number, boolean or null.
    fn scalar(&mut self, at: At<'_, '_>, kind: Scalar, span: Span);
}

/// What was swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Swept {
    /// Texts.
    pub texts: u64,
    /// String values.
    pub values: u64,
}
