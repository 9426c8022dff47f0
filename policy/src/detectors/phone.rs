//! Phone numbers.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

/// What people put between groups of digits: every space and dash, dots, slashes, and the long vowel mark that
/// passes for a dash in Japanese.
macro_rules! sep {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}\u{AD}\u{200B}\u{2060}\u{30FC}./·]"
    };
}

/// Spaces and dashes only: dots stand in decimal numbers too.
macro_rules! dash {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}]"
    };
}

/// What people put between groups of digits, and parentheses.
macro_rules! seps {
    () => {
        r"[\p{Zs}\p{Pd}\u{2212}\u{AD}\u{200B}\u{2060}\u{30FC}./·()（）]"
    };
}

/// Where a trunk zero may stand: not in the tail of a longer number that dashes or dots group.
macro_rules! trunk_start {
    () => {
        r"(?:^|[^0-9A-Za-z_.\-\u{2010}-\u{2013}\u{2212}]|\\[nrt])"
    };
}

/// So many digits more, with separators or without.
macro_rules! more {
    ($count:literal) => {
        concat!("(?:", seps!(), "{0,3}[0-9])", $count)
    };
}

/// Three, three and four digits: North America. Area codes and exchanges begin with 2 to 9 and don't end in 11; no
/// area code has 9 in the middle.
macro_rules! nanp {
    ($from:literal) => {
        concat!(
            r"(?:\([2-9](?:[02-8][0-9]|1[02-9])\)",
            sep!(),
            "{0,3}|",
            start!(),
            "[2-9](?:[02-8][0-9]|1[02-9])",
            sep!(),
            $from,
            ")[2-9](?:[02-9][0-9]|1[02-9])",
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
    description: "Phone numbers: international, North American, national ones that begin with 0, and a few other \
                  groupings that are a phone number's; other bare digits only behind a word or key that says so.",
    source: "ITU-T E.164 and E.123, RFC 3966, North American Numbering Plan (ATIS-0300051, ATIS-0300055)",
    searches: &[INTERNATIONAL, NORTH_AMERICAN, TRUNK, BARE, GROUPED, FULL_WIDTH, BEHIND_WORD, UNDER_KEY],
};

/// A plus, a country, and the rest.
const INTERNATIONAL: Search = Search::new(
    concat!(
        r"(?:(?:^|[^0-9A-Za-z_+]|\\[nrt])[+\u{FF0B}]|%2[Bb])[\p{Zs}(]{0,2}(?:1",
        seps!(),
        "{0,3}",
        nanp!("{0,3}"),
        "|[1-9]",
        more!("{6,14}"),
        ")",
        extension!(),
    ),
    Validator::Phone,
);

const NORTH_AMERICAN: Search = Search::new(
    concat!("(?:", start!(), "1", sep!(), "{1,3})?", nanp!("{1,3}"), extension!()),
    Validator::Phone,
);

/// A trunk zero or an international prefix, and groups.
const TRUNK: Search = Search::new(
    concat!(
        trunk_start!(),
        r"(?:\(?(?:00|011)",
        seps!(),
        "{0,2}[1-9]",
        more!("{6,14}"),
        // Pairs, as in France, end after the tenth digit; another number may follow.
        "|0[1-9](?:",
        sep!(),
        r"[0-9]{2}){4}(?-u:\b)|\(?0[1-9]",
        more!("{7,10}"),
        r"|0\p{Zs}?\([1-9]",
        more!("{7,10}"),
        ")",
        extension!(),
    ),
    Validator::PhoneNational,
);

/// Mobile numbers of many countries as people type them: ten or eleven digits, the first a trunk zero. Times don't
/// begin so.
const BARE: Search =
    Search::new(concat!(trunk_start!(), r"0(?:[4-9][0-9]{8}|[135789][0-9]{9})(?-u:\b)"), Validator::Phone);

/// Groupings that little else has: an area code in parentheses, three-three-two-two, three-two-two-two, a Chinese and
/// a Brazilian mobile number.
const GROUPED: Search = Search::new(
    concat!(
        r"(?:(?:",
        start!(),
        r"[0-9]\p{Zs}?)?\([1-9][0-9]{1,2}\)\p{Zs}?[0-9]{3,5}(?:",
        dash!(),
        "[0-9]{2}",
        dash!(),
        "[0-9]{2}|",
        dash!(),
        "[0-9]{4})|",
        start!(),
        "(?:[1-9][0-9]{2}",
        dash!(),
        "[0-9]{3}(?:",
        dash!(),
        "[0-9]{2}){2}|[6-9][0-9]{2}(?:",
        dash!(),
        "[0-9]{2}){3}|1[3-9][0-9](?:",
        dash!(),
        "[0-9]{4}){2}|[1-9][0-9]",
        dash!(),
        "9[0-9]{4}",
        dash!(),
        r"[0-9]{4}))(?-u:\b)",
    ),
    Validator::Phone,
);

/// Digits as wide as a Chinese character, plain or grouped.
const FULL_WIDTH: Search = Search::new(
    concat!(r"[+\u{FF0B}(（]{0,2}[\u{FF10}-\u{FF19}](?:", seps!(), r"{0,3}[\u{FF10}-\u{FF19}]){8,14}"),
    Validator::Phone,
);

const BEHIND_WORD: Search = Search::new(
    concat!(
        "(?:",
        start!(),
        "(?i-u:phone|telephone|telefon|telefono|telefone|telepono|mobile|mobil|movil|celular|cell|tel|fax|handy|gsm",
        r"|whatsapp|sms)(?:[ ._-]{0,2}(?i-u:number|nummer|numero|num|no|nr))?(?i-u:\sis)?|(?i:teléfono|móvil|телефон)",
        r#")[\s:=#."'`\\/]{1,5}[+\u{FF0B}(]{0,2}[0-9]"#,
        more!("{6,14}"),
        extension!(),
        "|(?:電話|携帯|电话|手机|手機|전화|휴대폰)(?:番号|号码|號碼|번호)?[は是는]?",
        r#"[\s:=："'\\]{0,3}[+\u{FF0B}(]{0,2}[0-9]"#,
        more!("{6,14}"),
        r"(?-u:\b)",
    ),
    Validator::Phone,
);

/// Globs with a star at the front only: they make the smallest automaton.
const NAMES: &[&str] = &[
    "*phone",
    "*phones",
    "*phone_number",
    "*phone_numbers",
    "*phone-number",
    "*phonenumber",
    "*phonenumbers",
    "*phone_no",
    "phone?",
    "phone_?",
    "phone_home",
    "phone_work",
    "phone_mobile",
    "*mobile",
    "*mobile_number",
    "*mobilenumber",
    "*mobile_no",
    "*msisdn",
    "*whatsapp",
    "tel",
    "*_tel",
    "*telefon",
    "*telefono",
    "fax",
    "*_fax",
    "*fax_number",
    "*faxnumber",
    "cell",
    "*_cell",
];

const UNDER_KEY: Search = Search::new(
    concat!(r"(?:^|[^0-9A-Za-z_\p{Pd}])[+\u{FF0B}(]{0,2}[0-9]", more!("{6,14}"), extension!()),
    Validator::Phone,
)
.under(NAMES);
