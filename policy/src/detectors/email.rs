//! E-mail addresses.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

/// Scripts that are written without spaces: their words touch an address that stands among them.
macro_rules! unspaced {
    () => {
        r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\u{30FC}"
    };
}

/// A domain. A top-level domain ends where another script goes on (`a@example.comです`).
macro_rules! domain {
    () => {
        concat!(
            r"(?:(?:[\p{L}\p{N}\p{M}_-]+\.)+(?:xn--[A-Za-z0-9-]{2,}|[\p{Latin}\p{M}]{2,}|[\p{L}\p{M}&&[^\p{Hangul}",
            unspaced!(),
            r"]]{2,}|[\p{Hangul}\p{M}",
            unspaced!(),
            r"]{2,})",
            r"|\[(?:IPv6:)?[0-9A-Fa-f:.]{3,45}\])",
        )
    };
}

pub(super) const EMAIL: Detector = Detector {
    name: "email",
    description: "E-mail addresses, also internationalized ones and percent-encoded ones in URLs.",
    source: "RFC 5321 section 4.1.2 and RFC 6531 section 3.3 (addresses), RFC 5890 (domains)",
    searches: &[Search::new(
        concat!(
            r"(?:\\[nrt])?(?:[_\p{L}\p{N}&&[^",
            unspaced!(),
            r"]][\p{L}\p{N}\p{M}_.%+'~#$!*^\-&&[^",
            unspaced!(),
            r"]]*|[",
            unspaced!(),
            r"]+)(?:[@\u{FF20}]|%40)",
            domain!(),
        ),
        Validator::Email,
    )],
};
