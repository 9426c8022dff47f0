//! Phone numbers.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

/// What people put between groups of digits.
macro_rules! sep {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}\u{2060}./·]"
    };
}

/// The same, and parentheses.
macro_rules! seps {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}\u{2060}./·()]"
    };
}

/// Three, three and four digits: North America. Area codes and exchanges begin with 2 to 9 and don't end in 11; no
/// area code has 9 in the middle.
macro_rules! nanp {
    ($from:literal) => {
        concat!(
            r"(?:\([2-9](?:[02-8][0-9]|1[02-9])\)",
            sep!(),
            r"{0,3}|(?-u:\b)[2-9](?:[02-8][0-9]|1[02-9])",
            sep!(),
            $from,
            r")[2-9](?:[02-9][0-9]|1[02-9])",
            sep!(),
            $from,
            "[0-9]{4}"
        )
    };
}

macro_rules! extension {
    () => {
        r"(?-u:\b)(?:(?:,|;)?\s?(?i-u:x|ext|extension|ext=)[.:]?\s?[0-9]{1,6}(?-u:\b)|\s?#[0-9]{1,6}(?-u:\b))?"
    };
}

pub(super) const PHONE: Detector = Detector {
    name: "phone",
    description: "Phone numbers: international, North American, and national ones that begin with 0; bare digits only \
                  behind a word or key that says so.",
    source: "ITU-T E.164 and E.123, RFC 3966, North American Numbering Plan (ATIS-0300051)",
    searches: &[
        Search::new(
            concat!(
                r"(?:^|[^0-9A-Za-z_+]|\\[nrt])[+\u{FF0B}][\p{Zs}(]{0,2}(?:1",
                seps!(),
                "{0,3}",
                nanp!("{0,3}"),
                "|[1-9](?:",
                seps!(),
                "{0,3}[0-9]){6,14})",
                extension!(),
            ),
            Validator::Phone,
        ),
        Search::new(
            concat!("(?:(?-u:\\b)1", sep!(), "{1,3})?", nanp!("{1,3}"), extension!()),
            Validator::Phone,
        ),
        Search::new(
            concat!(
                r"(?:\(0[1-9]|(?-u:\b)0[1-9])(?:",
                seps!(),
                r"{0,3}[0-9]){7,10}",
                extension!(),
                r"|(?-u:\b)00",
                seps!(),
                "{0,2}[1-9](?:",
                seps!(),
                "{0,3}[0-9]){6,14}",
                extension!()
            ),
            Validator::PhoneNational,
        ),
        Search::new(
            concat!(
                r"(?:(?-u:\b)(?i-u:phone|telephone|telefon|telefono|mobile|mobil|cell|tel|fax|handy|whatsapp|sms)",
                r"(?:[ _-]?(?i-u:number|num|no|nr))?|電話|電話番号|携帯|电话|手机)",
                r#"[\s:=#."'`\\：]{1,5}[+\u{FF0B}(]{0,2}[0-9](?:"#,
                seps!(),
                "{0,3}[0-9]){6,14}",
                extension!(),
            ),
            Validator::Phone,
        ),
        Search::new(
            concat!(r"[+\u{FF0B}(]{0,2}[0-9](?:", seps!(), "{0,3}[0-9]){6,14}", extension!()),
            Validator::Phone,
        )
        .under(&[
            "*phone*",
            "*mobile*",
            "*msisdn*",
            "*whatsapp*",
            "tel",
            "*_tel",
            "tel_*",
            "fax",
            "*_fax",
            "fax_*",
            "cell",
            "*_cell",
            "cell_*",
            "telefon*",
        ]),
    ],
};
