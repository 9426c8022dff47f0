//! A compiled policy: plain records, and pools that hold what varies in length.

use crate::factor::{Automaton, Factors, Stops, Watch};
use crate::limits::Limits;
use crate::matcher::Matcher;
use crate::prefilter::{Need, Needs};
use crate::select::Selectors;
use crate::span::Types;
use crate::table::{One, Pad, Part, Pools, Table};
use crate::validate::Validator;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Levels of text that a replacement can land in: the text of a string value is level 1.
pub const TEXT_LEVELS: usize = Limits::MAX_NESTING as usize + 1;

/// How many rules a policy may have.
pub const MAX_RULES: usize = 32_767;

/// A compiled policy. Immutable; shared between threads without locks.
#[derive(Clone)]
pub struct Policy<'p> {
    /// Everything of variable length.
    pub pools: Pools<'p>,
    /// In the order of the policy.
    pub rules: Table<'p, Rule>,
    /// The matchers of all rules, by rule.
    pub searches: Table<'p, Search>,
    /// What may stay.
    pub allow: Table<'p, Search>,
    /// Keys of `hash` actions.
    pub keys: Table<'p, HashKey>,
    /// Which values rules apply to.
    pub selectors: Selectors<'p>,
    /// Conditions of which none may hold: a value under one is never touched.
    pub exempt: Part,
    /// What is written for a string that is masked unread: one that is larger than a stream's window.
    pub unread: Escapes,
    /// Whether a stream masks a value that is larger than its window, instead of refusing it.
    pub masks_oversize: bool,
    /// What bytes the searches need.
    pub needs: One<'p, Needs>,
    /// Which values must be looked at.
    pub stops: One<'p, Stops>,
    /// What reads on behind factors ([`Stops::confirm`]).
    pub ahead: Table<'p, Automaton>,
    /// Bounds.
    pub limits: Limits,
}

/// One rule.
#[derive(Clone, Copy, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Rule {
    /// Its name (u8 pool).
    pub id: Part,
    /// Conditions that must all hold (u32 pool).
    pub selected_by: Part,
    /// Conditions of which none may hold (u32 pool).
    pub excepted_by: Part,
    /// Span kinds of which one must hold; 0 for any value.
    pub span_kinds: u32,
    /// What it may touch.
    pub types: Types,
    /// Whether it has no matcher and masks whole values.
    pub whole: bool,
    /// Nothing.
    pub pad: Pad<2>,
    /// What is written.
    pub action: Action,
}

/// One matcher of a rule.
#[derive(Clone, Copy, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Search {
    /// The rule that it belongs to.
    pub rule: u16,
    /// What a match must pass.
    pub validator: Validator,
    /// What it looks at; within the types of its rule.
    pub types: Types,
    /// A condition of its own, or [`Search::ANYWHERE`].
    pub condition: u32,
    /// What its matches hold.
    pub need: Need,
    /// Number of its need in [`Policy::needs`].
    pub need_index: u8,
    /// What its matches keep within.
    pub fences: Fences,
    /// Where its matches are looked for.
    pub factors: Factors,
    /// What finds.
    pub matcher: Matcher,
}

/// Characters that a search does not tell from the edge of its text, in front of a match and behind one, and that no match holds, but
/// for a `\\` at its start.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    TryFromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(u8)]
pub enum Fences {
    /// None is known.
    #[default]
    None,
    /// `"` and `\`.
    Quotes,
    /// These, and what else has a short escape but `/`: `\b`, `\t`, `\n`, `\f`, `\r`.
    Escapes,
}

impl Search {
    /// No condition.
    pub const ANYWHERE: u32 = u32::MAX;
}

/// A text as it is written at each level: `[0]` is not escaped, `[n]` is escaped `n` times (u8 pool).
pub type Escapes = [Part; TEXT_LEVELS + 1];

/// What a rule writes.
#[derive(Clone, Copy, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u32)]
pub enum Action {
    /// A token.
    Replace(Escapes, Pad<8>),
    /// A character for each character but the first and last ones.
    Mask {
        /// The character.
        with: Escapes,
        /// Characters kept at the front.
        keep_first: u32,
        /// Characters kept at the back.
        keep_last: u32,
    },
    /// The first hexadecimal digits of an HMAC-SHA-256 of the text.
    Hash {
        /// Index into [`Policy::keys`].
        key: u32,
        /// Digits, 1 to 64.
        length: u8,
        /// Nothing.
        pad: Pad<83>,
    },
    /// Nothing.
    Remove(Pad<88>),
}

/// A key of HMAC-SHA-256, padded to a block (RFC 2104); wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct HashKey(pub(crate) [u8; 64]);

impl HashKey {
    /// Takes a key of any length; longer ones than 64 bytes are hashed first, as RFC 2104 says.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        use sha2::Digest;
        let mut block = [0; 64];
        match block.get_mut(..key.len()) {
            Some(front) => front.copy_from_slice(key),
            None => block[..32].copy_from_slice(&sha2::Sha256::digest(key)),
        }
        Self(block)
    }
}

#[cfg(feature = "alloc")]
impl Policy<'_> {
    /// The same, with tables of its own.
    #[must_use]
    pub fn into_owned(self) -> Policy<'static> {
        Policy {
            pools: self.pools.into_owned(),
            rules: self.rules.into_owned(),
            searches: self.searches.into_owned(),
            allow: self.allow.into_owned(),
            keys: self.keys.into_owned(),
            selectors: self.selectors.into_owned(),
            exempt: self.exempt,
            unread: self.unread,
            masks_oversize: self.masks_oversize,
            needs: self.needs.into_owned(),
            stops: self.stops.into_owned(),
            ahead: self.ahead.into_owned(),
            limits: self.limits,
        }
    }
}

impl Policy<'_> {
    /// Which values must be looked at.
    #[inline]
    pub(crate) fn watch(&self) -> Watch<'_> {
        self.stops.watch(&self.ahead, &self.pools)
    }

    /// Whether what a rule writes in place of a text without escapes is the same at all levels.
    pub(crate) fn writes_alike(&self, rule: u16) -> bool {
        match self.rules.get(usize::from(rule)).map(|rule| &rule.action) {
            Some(Action::Replace(text, _) | Action::Mask { with: text, .. }) => {
                text.iter().all(|level| *level == text[0])
            }
            Some(Action::Hash { .. } | Action::Remove(_)) | None => true,
        }
    }

    /// The name of a rule; empty for one that the policy does not have.
    #[must_use]
    pub fn rule_id(&self, rule: u16) -> &str {
        self.rules
            .get(usize::from(rule))
            .and_then(|rule| core::str::from_utf8(rule.id.of(&self.pools.u8s)).ok())
            .unwrap_or("")
    }
}

/// A policy that knows values by their text: what it masks in one depends on that alone, and shows in it. No rule asks where a value
/// stands or masks whole values, and all that is searched for has factors.
#[derive(Clone, Copy)]
pub struct ByText<'a, 'p>(&'a Policy<'p>);

impl<'a, 'p> ByText<'a, 'p> {
    /// `None` for any other policy.
    #[must_use]
    pub fn of(policy: &'a Policy<'p>) -> Option<Self> {
        (!policy.selectors.tracks() && !policy.stops.everywhere).then_some(Self(policy))
    }

    /// The policy.
    #[must_use]
    pub fn policy(self) -> &'a Policy<'p> {
        self.0
    }
}
