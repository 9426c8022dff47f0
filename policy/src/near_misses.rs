//! What a policy nearly masks: matches that were found and left as they are, and why. For people who try a policy out.
//!
//! Whatever keeps a match from being masked is taken away, one reason and one rule at a time, and the text scanned anew: what
//! is found only then is a near miss, for that reason. So masking itself keeps no book of what it passes over, and takes no time
//! for it.

use crate::Policy;
use crate::masker::Finding;
use spanmask_core::arch::Path as Vector;
use spanmask_core::error::Error;
use spanmask_core::mask::{Framing, Masker};
use spanmask_core::policy::{Policy as Core, Rule, Search};
use spanmask_core::span::{Span, Types};
use spanmask_core::table::{Part, Pools};
use spanmask_core::validate::Validator;
use std::fmt;

/// A part that a rule matches, no byte of which is masked.
#[derive(Clone, Copy, Debug)]
pub struct NearMiss<'a> {
    /// What the rule would mask.
    pub finding: Finding<'a>,
    /// Why it does not.
    pub why: Why,
}

/// Why a match stays. Its text is a phrase for people; it holds nothing of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Its rule excepts the place (`except_keys`, `except_paths`, `except_attributes`).
    Excepted,
    /// It lies within a text that is allowed (`allow.literals`, `allow.patterns`, tokens of media under `profile: otlp`).
    Allowed,
    /// It stands where nothing is masked (`allow.keys`, `allow.attributes`, `allow.paths`).
    Exempt,
    /// The profile keeps its value: an id, a time, what the backend parses.
    Protected,
    /// It fails the check of its detector or of `validate`. With what the check asks for. The part is all that the pattern
    /// matches, which with some detectors begins with a character of context.
    Refused(&'static str),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excepted => "its rule excepts this place",
            Self::Allowed => "it lies within an allowed text",
            Self::Exempt => "nothing is masked at this place (allow)",
            Self::Protected => "the profile keeps this value",
            Self::Refused(check) => return write!(f, "it fails the check: {check}"),
        })
    }
}

impl Policy {
    /// Tells of each part that a rule matches and that stays: rule by rule, for each reason in the order of the text. A part of
    /// which any byte is masked, by whatever rule, is none; neither is one that stays for two reasons.
    ///
    /// This is no work for each request: it takes some 0.5 MB, and scans the text up to four times for each rule and once for
    /// each check.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON, [`Error::Detector`] when the policy asks detectors of a host.
    ///
    /// # Example
    /// ```
    /// use spanmask::{Framing, Policy};
    ///
    /// let text = r#"["4111 1111 1111 1111", "4111 1111 1111 1112"]"#;
    /// let mut found = Vec::new();
    /// Policy::preset("default")?.near_misses(text.as_bytes(), Framing::One, &mut |near| {
    ///     found.push((near.finding.rule.to_owned(), text[near.finding.start..near.finding.end].to_owned()));
    /// })?;
    /// assert_eq!(found, [("PAYMENT_CARD".to_owned(), "4111 1111 1111 1112".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn near_misses(
        &self,
        input: &[u8],
        framing: Framing,
        on_near_miss: &mut dyn FnMut(&NearMiss<'_>),
    ) -> Result<(), Error> {
        let mut masked = Vec::new();
        let mut masker = self.masker();
        masker.set_framing(framing);
        masker.scan(input, &mut |finding| masked.push(Span::new(finding.start, finding.end)))?;
        for rule in 0..self.core().rules.len() {
            let mut known = masked.clone();
            for (why, relaxed) in relaxations(self.core(), rule) {
                let mut new = Vec::new();
                // Of the edits only the lengths matter.
                let mut masker = Masker::with_edits(&relaxed, Vector::detect(), 1);
                masker.scan(&relaxed, input, framing, &mut |found| {
                    if !touches(&known, found.span) {
                        new.push(found.span);
                        let finding = Finding::of(relaxed.rule_id(found.rule), found);
                        on_near_miss(&NearMiss { finding, why });
                    }
                })?;
                known.extend(new);
                known.sort_unstable_by_key(|span| span.start);
            }
        }
        Ok(())
    }
}

/// Whether a byte of `span` lies in one of `spans`, which are in order and have none in common.
fn touches(spans: &[Span], span: Span) -> bool {
    let next = spans.partition_point(|other| other.end <= span.start);
    spans.get(next).is_some_and(|other| other.start < span.end)
}

/// The policy with only this rule, once for each thing that can keep a match of it, without that.
fn relaxations<'p>(policy: &'p Core<'_>, rule: usize) -> impl Iterator<Item = (Why, Core<'p>)> {
    let places = policy.rules.get(rule).is_some_and(|rule| rule.excepted_by.len > 0);
    let here = move |condition: bool, why| condition.then_some(why);
    let reasons = [
        here(places, Why::Excepted),
        here(!policy.allow.is_empty(), Why::Allowed),
        here(policy.exempt.len > 0, Why::Exempt),
        here(policy.selectors.otlp, Why::Protected),
    ];
    let reasons = reasons.into_iter().flatten().map(move |why| {
        let mut relaxed = only(policy, rule, |_| true);
        match why {
            Why::Excepted => {
                let mut rules = relaxed.rules.to_vec();
                rules[rule].excepted_by = Part::default();
                relaxed.rules = rules.into();
            }
            Why::Allowed => relaxed.allow = Vec::new().into(),
            Why::Exempt => relaxed.exempt = Part::default(),
            _ => relaxed.selectors.otlp = false,
        }
        (why, relaxed)
    });
    reasons.chain(validators(policy, rule).map(move |(validator, asks)| {
        let mut relaxed = only(policy, rule, |search| search.validator == validator);
        let mut searches = relaxed.searches.to_vec();
        searches.iter_mut().for_each(|search| search.validator = Validator::None);
        relaxed.searches = searches.into();
        (Why::Refused(asks), relaxed)
    }))
}

/// The checks that matches of a rule must pass, and what they ask for.
fn validators(policy: &Core<'_>, rule: usize) -> impl Iterator<Item = (Validator, &'static str)> {
    let of_rule = |validator: &Validator| {
        policy
            .searches
            .iter()
            .any(|search| usize::from(search.rule) == rule && search.validator == *validator)
    };
    let found: Vec<_> = Validator::ALL.into_iter().filter(of_rule).collect();
    found.into_iter().filter_map(|validator| Some((validator, asks(validator)?)))
}

/// The policy with these searches of this rule only. The others are still there, as they are told apart by their numbers.
fn only<'p>(policy: &'p Core<'_>, rule: usize, wanted: impl Fn(&Search) -> bool) -> Core<'p> {
    let search = |search: &Search| match usize::from(search.rule) == rule && wanted(search) {
        true => *search,
        false => Search { types: Types::empty(), ..*search },
    };
    let one = |(at, record): (usize, &Rule)| Rule { whole: record.whole && at == rule, ..*record };
    Core {
        pools: Pools {
            u8s: policy.pools.u8s[..].into(),
            u16s: policy.pools.u16s[..].into(),
            u32s: policy.pools.u32s[..].into(),
        },
        rules: policy.rules.iter().enumerate().map(one).collect::<Vec<_>>().into(),
        searches: policy.searches.iter().map(search).collect::<Vec<_>>().into(),
        allow: policy.allow[..].into(),
        keys: policy.keys[..].into(),
        selectors: policy.selectors.clone(),
        exempt: policy.exempt,
        unread: policy.unread,
        masks_oversize: policy.masks_oversize,
        needs: (&*policy.needs).into(),
        stops: (&*policy.stops).into(),
        ahead: policy.ahead[..].into(),
        limits: policy.limits,
    }
}

/// What a check asks for; `None` for those that everything passes.
fn asks(validator: Validator) -> Option<&'static str> {
    Some(match validator {
        Validator::Luhn => "a check digit after Luhn",
        Validator::PaymentCard => "a card number by issuer, length and check digit (Luhn)",
        Validator::Mod97 => "an IBAN by country, length and check digits (MOD 97-10)",
        Validator::Ssn => "a number that is given out to people",
        Validator::Ipv4 => "an IPv4 address, no version and no section",
        Validator::Ipv6 => "an IPv6 address, no time and no path",
        Validator::Mac => "a hardware address",
        Validator::Phone => "7 to 15 digits, not all the same",
        Validator::PhoneNational => "9 digits or more, grouped, no date",
        Validator::Email => "an address, no file name and no version",
        Validator::Token | Validator::KeyedToken => "letters and digits, both",
        Validator::RandomToken => "letters and digits, no words",
        Validator::UrlUserinfo => "a user and a password",
        Validator::PrivateKey => "a block with key material",
        Validator::Verhoeff => "a check digit after Verhoeff",
        Validator::AbaRouting => "a routing number by range and check digit",
        Validator::Nhs => "a check digit of the NHS",
        Validator::None | Validator::BehindEscape => return None,
        _ => "one that this version has no words for",
    })
}
