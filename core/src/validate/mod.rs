//! Checks that a match must pass, one file a check. None allocates, none panics, and each takes time linear in the
//! match. Digits are ASCII digits: a checksum over others is refused.

mod context;
mod digits;
mod email;
mod iban;
mod ip;
mod luhn;
mod mac;
mod payment_card;
mod phone;
mod private_key;
mod ssn;
mod token;
mod url;
mod weighted;

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// A check of a match. The numbers are part of the format of compiled policies: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
#[non_exhaustive]
pub enum Validator {
    /// Everything passes.
    None = 0,
    /// ISO/IEC 7812-1 annex B over two digits or more.
    Luhn = 1,
    /// A card number: issuer range, length and Luhn; context before it and what follows it stay out.
    PaymentCard = 2,
    /// An IBAN: country, length, structure and ISO 7064 MOD 97-10.
    Mod97 = 3,
    /// A US social security or taxpayer number.
    Ssn = 4,
    /// An IPv4 address; context before it stays out, and if that is the word of a version, the whole match does.
    Ipv4 = 5,
    /// An IPv6 address; context before it stays out.
    Ipv6 = 6,
    /// A hardware address; context before it stays out.
    Mac = 7,
    /// A phone number of 7 to 15 digits; context before it stays out.
    Phone = 8,
    /// A phone number as dialled within a country: grouped, and no date.
    PhoneNational = 9,
    /// An e-mail address that is no file name and no package version; an escape before it stays out.
    Email = 10,
    /// Letters and digits, both; an escape before them stays out.
    Token = 11,
    /// A name, punctuation, and a token: the token is the match.
    KeyedToken = 12,
    /// `://user:password@`: the user and the password are the match.
    UrlUserinfo = 13,
    /// A PEM block that holds key material.
    PrivateKey = 14,
    /// The checksum of Verhoeff (Aadhaar).
    Verhoeff = 15,
    /// A US bank routing number.
    AbaRouting = 16,
    /// A UK NHS number.
    Nhs = 17,
    /// Everything; an escape before it stays out.
    BehindEscape = 18,
    /// Letters and digits that are no words with dashes between them; an escape before them stays out.
    RandomToken = 19,
}

/// How many characters at the two ends of a match stay out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Trim {
    /// At the front.
    pub front: u32,
    /// At the back.
    pub back: u32,
}

impl Trim {
    /// The whole match counts.
    pub const NOTHING: Self = Self { front: 0, back: 0 };

    /// The whole match counts if `valid`.
    fn when(valid: bool) -> Option<Self> {
        valid.then_some(Self::NOTHING)
    }

    fn front(count: usize) -> Self {
        Self { front: u32::try_from(count).unwrap_or(u32::MAX), back: 0 }
    }

    fn back(self, count: usize) -> Self {
        Self { back: u32::try_from(count).unwrap_or(u32::MAX), ..self }
    }
}

/// What a policy may name.
const NAMED: [(&str, Validator); 10] = [
    ("luhn", Validator::Luhn),
    ("payment_card", Validator::PaymentCard),
    ("mod97", Validator::Mod97),
    ("ssn", Validator::Ssn),
    ("ipv4", Validator::Ipv4),
    ("ipv6", Validator::Ipv6),
    ("mac_address", Validator::Mac),
    ("verhoeff", Validator::Verhoeff),
    ("aba_routing", Validator::AbaRouting),
    ("nhs", Validator::Nhs),
];

/// The validator that a policy calls `name`.
#[must_use]
pub fn named(name: &str) -> Option<Validator> {
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, validator)| *validator)
}

/// The names of all validators that a policy may name.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|(name, _)| *name)
}

impl Validator {
    /// All of them, by number.
    pub const ALL: [Self; 20] = [
        Self::None,
        Self::Luhn,
        Self::PaymentCard,
        Self::Mod97,
        Self::Ssn,
        Self::Ipv4,
        Self::Ipv6,
        Self::Mac,
        Self::Phone,
        Self::PhoneNational,
        Self::Email,
        Self::Token,
        Self::KeyedToken,
        Self::UrlUserinfo,
        Self::PrivateKey,
        Self::Verhoeff,
        Self::AbaRouting,
        Self::Nhs,
        Self::BehindEscape,
        Self::RandomToken,
    ];

    /// The validator of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Looks at a match: `None` refuses it, otherwise what stays out of it.
    #[inline]
    pub fn check<I: Iterator<Item = char> + Clone>(self, text: I) -> Option<Trim> {
        match self {
            Self::None => Some(Trim::NOTHING),
            Self::Luhn => luhn::check(text),
            Self::PaymentCard => payment_card::check(text),
            Self::Mod97 => iban::check(text),
            Self::Ssn => ssn::check(text),
            Self::Ipv4 => ip::check_v4(text),
            Self::Ipv6 => ip::check_v6(text),
            Self::Mac => mac::check(text),
            Self::Phone => phone::check(text),
            Self::PhoneNational => phone::check_national(text),
            Self::Email => email::check(text),
            Self::Token => token::check(text),
            Self::KeyedToken => token::check_keyed(text),
            Self::UrlUserinfo => url::check(text),
            Self::PrivateKey => private_key::check(text),
            Self::Verhoeff => weighted::verhoeff(text),
            Self::AbaRouting => weighted::aba_routing(text),
            Self::Nhs => weighted::nhs(text),
            Self::BehindEscape => Some(Trim::front(context::escape(text))),
            Self::RandomToken => token::check_random(text),
        }
    }
}

#[cfg(test)]
mod tests;
