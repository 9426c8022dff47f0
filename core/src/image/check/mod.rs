//! Whether what an image holds is a policy with which masking stays within its bounds.

mod automata;
mod literals;
mod select;

use super::{ImageError, Section};
use crate::factor::{Automaton, Confirm, Reach};
use crate::limits::Limits;
use crate::matcher::Matcher;
use crate::matcher::host::Asked;
use crate::policy::{Action, Escapes, MAX_RULES, Policy, Rule, Search};
use crate::table::{Part, Pools};

/// `None`: no policy has this.
type Sound = Option<()>;

fn ensure(holds: bool) -> Sound {
    holds.then_some(())
}

/// Hands out parts of pools. All of them together are at most as long as the pool, as each has elements of its own; so
/// whatever is done for each element is linear in the image.
struct Claims<'a> {
    pools: &'a Pools<'a>,
    u8s: usize,
    u16s: usize,
    u32s: usize,
}

impl<'a> Claims<'a> {
    fn new(pools: &'a Pools<'a>) -> Self {
        Self { pools, u8s: pools.u8s.len(), u16s: pools.u16s.len(), u32s: pools.u32s.len() }
    }

    fn u8s(&mut self, part: Part) -> Option<&'a [u8]> {
        take(part, &self.pools.u8s, &mut self.u8s)
    }

    fn u16s(&mut self, part: Part) -> Option<&'a [u16]> {
        take(part, &self.pools.u16s, &mut self.u16s)
    }

    fn u32s(&mut self, part: Part) -> Option<&'a [u32]> {
        take(part, &self.pools.u32s, &mut self.u32s)
    }

    fn text(&mut self, part: Part) -> Option<&'a str> {
        core::str::from_utf8(self.u8s(part)?).ok()
    }

    /// A list of conditions, of which there are `count`.
    fn conditions(&mut self, part: Part, count: u32) -> Sound {
        ensure(self.u32s(part)?.iter().all(|condition| *condition < count))
    }
}

fn take<'a, T>(part: Part, pool: &'a [T], left: &mut usize) -> Option<&'a [T]> {
    let start = part.start as usize;
    let slice = pool.get(start..start.checked_add(part.len as usize)?)?;
    *left = left.checked_sub(slice.len())?;
    Some(slice)
}

/// Looks at everything once.
pub(super) fn policy(policy: &Policy<'_>) -> Result<(), ImageError> {
    let claims = &mut Claims::new(&policy.pools);
    head(policy, claims).ok_or(ImageError::of(Section::Head))?;
    stops(policy).ok_or(ImageError::of(Section::Stops))?;
    ahead(policy, claims).ok_or(ImageError::of(Section::Ahead))?;
    select::names(&policy.selectors, claims).ok_or(ImageError::of(Section::Names))?;
    select::segments(&policy.selectors, claims).ok_or(ImageError::of(Section::Segments))?;
    select::selectors(&policy.selectors, claims).ok_or(ImageError::of(Section::Selectors))?;
    rules(policy, claims).ok_or(ImageError::of(Section::Rules))?;
    let searches = |list: &[Search], rules: usize, claims: &mut Claims<'_>| {
        list.iter().try_for_each(|one| search(one, policy.selectors.conditions, rules, claims))
    };
    searches(&policy.searches, policy.rules.len(), claims).ok_or(ImageError::of(Section::Searches))?;
    // Allowances belong to no rule.
    searches(&policy.allow, 1, claims).ok_or(ImageError::of(Section::Allow))
}

fn head(policy: &Policy<'_>, claims: &mut Claims<'_>) -> Sound {
    let Limits { depth, nesting } = policy.limits;
    ensure((1..=Limits::MAX_DEPTH).contains(&depth) && nesting <= Limits::MAX_NESTING)?;
    ensure(policy.selectors.conditions as usize <= select::named(&policy.selectors)?)?;
    escapes(&policy.unread, claims)?;
    claims.conditions(policy.exempt, policy.selectors.conditions)
}

fn stops(policy: &Policy<'_>) -> Sound {
    ensure(policy.stops.lanes.is_sound())?;
    let Confirm { all, bare } = &policy.stops.confirm;
    let within =
        |part: &Part| part.start.checked_add(part.len).is_some_and(|end| end as usize <= policy.ahead.len());
    ensure(all.iter().chain(bare).all(within))
}

fn ahead(policy: &Policy<'_>, claims: &mut Claims<'_>) -> Sound {
    policy.ahead.iter().try_for_each(|Automaton { columns, rows, width, .. }| {
        // A state that has no row counts as one behind which a match may go on.
        ensure(columns.iter().all(|column| u32::from(*column) < *width))?;
        ensure(claims.u16s(*rows)?.len().is_multiple_of(*width as usize))
    })
}

fn rules(policy: &Policy<'_>, claims: &mut Claims<'_>) -> Sound {
    ensure(policy.rules.len() <= MAX_RULES)?;
    policy.rules.iter().try_for_each(|rule| {
        let Rule { id, selected_by, excepted_by, types, .. } = *rule;
        claims.text(id)?;
        ensure(types.is_known())?;
        claims.conditions(selected_by, policy.selectors.conditions)?;
        claims.conditions(excepted_by, policy.selectors.conditions)?;
        match &rule.action {
            Action::Replace(token, _) => escapes(token, claims).map(drop),
            Action::Mask { with, .. } => ensure(escapes(with, claims)?.chars().count() == 1),
            Action::Hash { key, length, .. } => {
                ensure((*key as usize) < policy.keys.len() && (1..=64).contains(length))
            }
            Action::Remove(_) => Some(()),
        }
    })
}

/// A text and how it is written at each level: otherwise a rule could write what is no JSON.
fn escapes<'a>(levels: &Escapes, claims: &mut Claims<'a>) -> Option<&'a str> {
    let (first, deeper) = levels.split_first()?;
    let text = claims.text(*first)?;
    let (mut written, mut part) = (text, *first);
    for next in deeper {
        // Levels at which it reads the same share it.
        let escaped = if *next == part { written } else { claims.text(*next)? };
        ensure(is_escaped(written, escaped))?;
        (written, part) = (escaped, *next);
    }
    Some(text)
}

/// Whether `escaped` is `text` with all escaped that must be (RFC 8259, section 7), in its shortest form.
fn is_escaped(text: &str, escaped: &str) -> bool {
    let mut rest = escaped.as_bytes();
    for byte in text.bytes() {
        let unicode = [b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), hexadecimal(byte & 15)];
        let short = |letter: u8| [b'\\', letter, 0, 0, 0, 0];
        let (written, len) = match byte {
            b'"' | b'\\' => (short(byte), 2),
            8 => (short(b'b'), 2),
            12 => (short(b'f'), 2),
            b'\n' => (short(b'n'), 2),
            b'\r' => (short(b'r'), 2),
            b'\t' => (short(b't'), 2),
            0..0x20 => (unicode, 6),
            _ => ([byte, 0, 0, 0, 0, 0], 1),
        };
        let Some(behind) = written.get(..len).and_then(|written| rest.strip_prefix(written)) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty()
}

fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

fn search(search: &Search, conditions: u32, rules: usize, claims: &mut Claims<'_>) -> Sound {
    ensure(usize::from(search.rule) < rules && search.types.is_known())?;
    ensure(search.condition == Search::ANYWHERE || search.condition < conditions)?;
    ensure(!matches!(search.factors.reach, Reach::Chars(most, _) if most > Reach::MOST))?;
    match &search.matcher {
        Matcher::Pattern(dfa) => automata::dfa(dfa, claims),
        Matcher::Literals(set) => literals::set(set, claims),
        Matcher::Host(asked) => {
            ensure((1..=Asked::MOST).contains(&asked.limit) && search.factors.groups == 0)?;
            claims.text(asked.name).map(drop)
        }
    }
}
