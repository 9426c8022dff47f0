//! Numbers of accounts, cards and people.

use super::{Detector, Search};
use spanmask_core::span::Types;
use spanmask_core::validate::Validator;

/// What people put between groups of digits: every space and every dash of Unicode.
macro_rules! separator {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}]"
    };
}

/// Countries whose IBANs have `$count` characters behind the check digits.
macro_rules! iban {
    ($codes:literal, $count:literal) => {
        concat!("(?i-u:", $codes, r")[0-9]{2}(?:[\p{Zs}\p{Pd}\u{2212}.]?[0-9A-Za-z]){", $count, "}")
    };
}

macro_rules! any_iban {
    () => {
        concat!(
            "(?:",
            iban!("NO", 11),
            "|",
            iban!("BE", 12),
            "|",
            iban!("DK|FI|FK|FO|GL|NL|SD", 14),
            "|",
            iban!("MK|SI", 15),
            "|",
            iban!("AT|BA|EE|KZ|LT|LU|MN|XK", 16),
            "|",
            iban!("CH|HR|LI|LV", 17),
            "|",
            iban!("BG|BH|CR|DE|GB|GE|IE|ME|RS|VA", 18),
            "|",
            iban!("AE|GI|IL|IQ|OM|SO|TL", 19),
            "|",
            iban!("AD|CZ|ES|MD|PK|RO|SA|SE|SK|TN|VG", 20),
            "|",
            iban!("AO|CV|GW|LY|MZ|PT|ST", 21),
            "|",
            iban!("DZ|IR|IS|TR", 22),
            "|",
            iban!("BI|CF|CG|CM|DJ|FR|GA|GQ|GR|IT|KM|MC|MG|MR|SM|TD", 23),
            "|",
            iban!("AL|AZ|BF|BJ|BY|CI|CY|DO|GT|HN|HU|LB|MA|ML|NE|NI|PL|SN|SV|TG", 24),
            "|",
            iban!("BR|EG|PS|QA|UA", 25),
            "|",
            iban!("JO|KW|MU|YE", 26),
            "|",
            iban!("MT|SC", 27),
            "|",
            iban!("LC", 28),
            "|",
            iban!("RU", 29),
            r")(?-u:\b)",
        )
    };
}

pub(super) const IBAN: Detector = Detector {
    name: "iban",
    description: "International bank account numbers of every country, compact or grouped, with their checksum.",
    source: "ISO 13616, SWIFT IBAN Registry, ISO 7064 MOD 97-10",
    searches: &[
        Search::new(concat!(r"(?-u:\b)", any_iban!()), Validator::Mod97),
        // Apart, because the fronts of the two look different: see `automata::near`.
        Search::new(concat!(r"\\[nrt]", any_iban!()), Validator::Mod97),
    ],
};

/// What people put between the digits of a card.
macro_rules! gap {
    ($count:literal) => {
        concat!(r"[\p{Zs}\p{Pd}\u{2212}.]", $count)
    };
}

/// What numbers of 13 to 15 digits begin with that some issuer has given out; the validator knows the rest. Milliseconds since
/// 1970 have 13, too.
macro_rules! short_card {
    () => {
        "(?:[4-6][0-9]{12}|[356][0-9]{13}|[1-6][0-9]{14})"
    };
}

pub(super) const PAYMENT_CARD: Detector = Detector {
    name: "payment_card",
    description: "Payment card numbers of known issuers that pass Luhn, grouped or not, also as JSON numbers.",
    source: "ISO/IEC 7812-1 (numbering, annex B: Luhn); issuer ranges as published by the card schemes",
    searches: &[
        Search::new(
            concat!(
                // Not the digits behind a decimal point.
                r"(?:^|[^0-9A-Za-z_.]|(?:^|[^0-9])\.|\\[nrt])(?:[0-9]{4}(?:",
                gap!("{0,3}"),
                r"[0-9]{4}){3}(?:",
                gap!("{0,3}"),
                r"[0-9]{1,3})?|[0-9]{4}",
                gap!("{1,3}"),
                r"[0-9]{6}",
                gap!("{1,3}"),
                r"[0-9]{4,5}|[0-9]{6}",
                gap!("{1,3}"),
                r"[0-9]{13}|[0-9]{4}(?:",
                gap!("{1,3}"),
                r"[0-9]{3}){3}|[0-9]{4}(?:",
                gap!("{1,3}"),
                r"[0-9]{4}){2}",
                gap!("{1,3}"),
                r"[0-9]{2,3}|",
                short_card!(),
                r")(?-u:\b)",
            ),
            Validator::PaymentCard,
        ),
        Search {
            pattern: concat!("^(?:", short_card!(), "|[2-9][0-9]{15,18})$"),
            validator: Validator::PaymentCard,
            types: Types::NUMBER,
            names: &[],
        },
    ],
};

pub(super) const US_SSN: Detector = Detector {
    name: "us_ssn",
    description: "US social security and taxpayer numbers with separators, or plain ones behind a word or key that says so.",
    source: "SSA, Social Security Number Randomization (2011) and POMS RM 10201.035; IRS, ITIN ranges",
    searches: &[
        Search::new(
            concat!(start!(), "[0-9]{3}", separator!(), "[0-9]{2}", separator!(), r"[0-9]{4}(?-u:\b)"),
            Validator::Ssn,
        ),
        Search::new(
            concat!(
                start!(),
                r"(?i-u:ssn|itin|social[ _-]?security)(?i-u:[ _-]?(?:number|no|num))?(?i-u:\sis)?",
                r#"[\s:=#."'`\\]{1,6}[0-9]{3}\.?[0-9]{2}\.?[0-9]{4}(?-u:\b)"#,
            ),
            Validator::Ssn,
        ),
        Search::new(r"(?-u:\b)[0-9]{3}\.?[0-9]{2}\.?[0-9]{4}(?-u:\b)", Validator::Ssn).under(&[
            "ssn",
            "*_ssn",
            "ssn_number",
            "*-ssn",
            "*social_security",
            "*social_security_number",
            "*social_security_no",
            "*socialsecurity",
            "*socialsecuritynumber",
            "*social-security-number",
            "itin",
            "*_itin",
        ]),
    ],
};
