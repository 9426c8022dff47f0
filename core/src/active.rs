//! From conditions to rules: what is active at a place.

use crate::policy::{Policy, Rule, Search};
use crate::span::Types;
use crate::table::Room;

/// The searches and whole-value rules that are active at a place. Kept until the place's conditions change, which
/// between neighbours they rarely do.
pub(crate) struct Active<'m> {
    /// A bit a search that is active for strings.
    strings: Room<'m, u64>,
    /// A bit a search that is active for numbers.
    numbers: Room<'m, u64>,
    /// A bit a search that is active for booleans.
    booleans: Room<'m, u64>,
    /// The first whole-value rule for strings.
    pub whole_string: Option<u16>,
    /// The first whole-value rule for numbers.
    pub whole_number: Option<u16>,
    /// The first whole-value rule for booleans.
    pub whole_boolean: Option<u16>,
    /// Nothing here is touched.
    pub exempt: bool,
    conditions: Room<'m, u64>,
    span_kinds: u32,
    /// A condition holds under which nothing is touched.
    excluded: bool,
    known: bool,
}

impl<'m> Active<'m> {
    /// Memory for a policy.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub(crate) fn new(policy: &Policy<'_>) -> Self {
        let words = policy.searches.len().div_ceil(64);
        Self::within([0; 3].map(|zero| Room::filled(zero, words)), Room::filled(0, policy.selectors.words()))
    }

    /// Within three rooms of a bit a search, and one of a bit a condition.
    pub(crate) fn within(
        [strings, numbers, booleans]: [Room<'m, u64>; 3],
        conditions: Room<'m, u64>,
    ) -> Self {
        Self {
            strings,
            numbers,
            booleans,
            whole_string: None,
            whole_number: None,
            whole_boolean: None,
            exempt: false,
            conditions,
            span_kinds: 0,
            excluded: false,
            known: false,
        }
    }

    /// Forgets the place.
    pub(crate) fn forget(&mut self) {
        self.known = false;
    }

    /// The active searches for a type.
    #[must_use]
    pub(crate) fn searches(&self, types: Types) -> &[u64] {
        match types {
            Types::NUMBER => &self.numbers,
            Types::BOOLEAN => &self.booleans,
            _ => &self.strings,
        }
    }

    /// Goes to a place with these conditions.
    #[inline]
    pub(crate) fn refresh(
        &mut self,
        policy: &Policy<'_>,
        conditions: &[u64],
        span_kinds: u32,
        protected: bool,
    ) {
        let same = self.known && self.span_kinds == span_kinds;
        // Nothing else matters in what is protected.
        if !protected && (!same || self.conditions.iter().zip(conditions).any(|(a, b)| a != b)) {
            self.compute(policy, conditions, span_kinds);
        }
        self.exempt = protected || self.excluded;
    }

    fn compute(&mut self, policy: &Policy<'_>, conditions: &[u64], span_kinds: u32) {
        self.known = true;
        self.span_kinds = span_kinds;
        for (mine, condition) in self.conditions.iter_mut().zip(conditions) {
            *mine = *condition;
        }
        let holds = |condition: u32| holds(conditions, condition);
        let applies = |rule: &Rule| {
            let selected = rule.selected_by.of(&policy.pools.u32s).iter().all(|&c| holds(c));
            let excepted = rule.excepted_by.of(&policy.pools.u32s).iter().any(|&c| holds(c));
            selected && !excepted && (rule.span_kinds == 0 || rule.span_kinds & span_kinds != 0)
        };
        self.excluded = policy.exempt.of(&policy.pools.u32s).iter().any(|&c| holds(c));
        let whole = |types: Types| {
            let found = policy.rules.iter().position(|r| r.whole && r.types.contains(types) && applies(r));
            found.and_then(|i| u16::try_from(i).ok())
        };
        self.whole_string = whole(Types::STRING);
        self.whole_number = whole(Types::NUMBER);
        self.whole_boolean = whole(Types::BOOLEAN);
        self.strings.fill(0);
        self.numbers.fill(0);
        self.booleans.fill(0);
        for (i, search) in policy.searches.iter().enumerate() {
            let rule = policy.rules.get(usize::from(search.rule));
            let here = search.condition == Search::ANYWHERE || holds(search.condition);
            if here && rule.is_some_and(applies) {
                let bit = 1 << (i % 64);
                for (types, bits) in [
                    (Types::STRING, &mut self.strings),
                    (Types::NUMBER, &mut self.numbers),
                    (Types::BOOLEAN, &mut self.booleans),
                ] {
                    bits[i / 64] |= if search.types.contains(types) { bit } else { 0 };
                }
            }
        }
    }
}

fn holds(conditions: &[u64], condition: u32) -> bool {
    let word = conditions.get(condition as usize / 64).copied().unwrap_or(0);
    word >> (condition % 64) & 1 == 1
}
