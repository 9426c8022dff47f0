//! ISO 13616: the IBAN of each country by the registry that SWIFT keeps, and ISO 7064 MOD 97-10.

use super::Trim;
use super::context::escape;

/// A country and the structure of what follows its code and the check digits: counts, each with `n` (digits),
/// `a` (letters) or `c` (both).
pub(super) type Country = ([u8; 2], &'static [u8]);

/// The registry, and the countries that use IBANs without being in it.
#[rustfmt::skip]
const COUNTRIES: [Country; 107] = [
    (*b"AD", b"8n12c"), (*b"AE", b"19n"), (*b"AL", b"8n16c"), (*b"AO", b"21n"), (*b"AT", b"16n"),
    (*b"AZ", b"4a20c"), (*b"BA", b"16n"), (*b"BE", b"12n"), (*b"BF", b"2c22n"), (*b"BG", b"4a6n8c"),
    (*b"BH", b"4a14c"), (*b"BI", b"23n"), (*b"BJ", b"2c22n"), (*b"BR", b"23n1a1c"), (*b"BY", b"4c4n16c"),
    (*b"CF", b"23n"), (*b"CG", b"23n"), (*b"CH", b"5n12c"), (*b"CI", b"2c22n"), (*b"CM", b"23n"),
    (*b"CR", b"18n"), (*b"CV", b"21n"), (*b"CY", b"8n16c"), (*b"CZ", b"20n"), (*b"DE", b"18n"),
    (*b"DJ", b"23n"), (*b"DK", b"14n"), (*b"DO", b"4c20n"), (*b"DZ", b"22n"), (*b"EE", b"16n"),
    (*b"EG", b"25n"), (*b"ES", b"20n"), (*b"FI", b"14n"), (*b"FK", b"2a12n"), (*b"FO", b"14n"),
    (*b"FR", b"10n11c2n"), (*b"GA", b"23n"), (*b"GB", b"4a14n"), (*b"GE", b"2a16n"), (*b"GI", b"4a15c"),
    (*b"GL", b"14n"), (*b"GQ", b"23n"), (*b"GR", b"7n16c"), (*b"GT", b"24c"), (*b"GW", b"2c19n"),
    (*b"HN", b"4a20n"), (*b"HR", b"17n"), (*b"HU", b"24n"), (*b"IE", b"4a14n"), (*b"IL", b"19n"),
    (*b"IQ", b"4a15n"), (*b"IR", b"22n"), (*b"IS", b"22n"), (*b"IT", b"1a10n12c"), (*b"JO", b"4a4n18c"),
    (*b"KM", b"23n"), (*b"KW", b"4a22c"), (*b"KZ", b"3n13c"), (*b"LB", b"4n20c"), (*b"LC", b"4a24c"),
    (*b"LI", b"5n12c"), (*b"LT", b"16n"), (*b"LU", b"3n13c"), (*b"LV", b"4a13c"), (*b"LY", b"21n"),
    (*b"MA", b"24n"), (*b"MC", b"10n11c2n"), (*b"MD", b"20c"), (*b"ME", b"18n"), (*b"MG", b"23n"),
    (*b"MK", b"3n10c2n"), (*b"ML", b"2c22n"), (*b"MN", b"16n"), (*b"MR", b"23n"), (*b"MT", b"4a5n18c"),
    (*b"MU", b"4a19n3a"), (*b"MZ", b"21n"), (*b"NE", b"2a22n"), (*b"NI", b"4a20n"), (*b"NL", b"4a10n"),
    (*b"NO", b"11n"), (*b"OM", b"3n16c"), (*b"PK", b"4a16c"), (*b"PL", b"24n"), (*b"PS", b"4a21c"),
    (*b"PT", b"21n"), (*b"QA", b"4a21c"), (*b"RO", b"4a16c"), (*b"RS", b"18n"), (*b"RU", b"14n15c"),
    (*b"SA", b"2n18c"), (*b"SC", b"4a20n3a"), (*b"SD", b"14n"), (*b"SE", b"20n"), (*b"SI", b"15n"),
    (*b"SK", b"20n"), (*b"SM", b"1a10n12c"), (*b"SN", b"2c22n"), (*b"SO", b"19n"), (*b"ST", b"21n"),
    (*b"SV", b"4a20n"), (*b"TD", b"23n"), (*b"TG", b"2c22n"), (*b"TL", b"19n"), (*b"TN", b"20n"),
    (*b"TR", b"6n16c"), (*b"UA", b"6n19c"),
];

/// Those behind the others only to keep the table's lines even.
const MORE: [Country; 4] = [(*b"VA", b"18n"), (*b"VG", b"4a16n"), (*b"XK", b"16n"), (*b"YE", b"4a4n18c")];

/// One IBAN, compact or with separators; an escape before it stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = escape(text.clone());
    let text = text.skip(front);
    if text.clone().any(|ch| !ch.is_ascii() && ch.is_alphanumeric()) {
        return None;
    }
    let chars = text.filter(char::is_ascii_alphanumeric).map(|ch| ch.to_ascii_uppercase() as u8);
    let mut head = chars.clone();
    let code = [head.next()?, head.next()?];
    let check = [head.next()?, head.next()?];
    let structure = COUNTRIES.iter().chain(&MORE).find(|country| country.0 == code)?.1;
    let fits = check.iter().all(u8::is_ascii_digit) && has_structure(head.clone(), structure);
    (fits && remainder(head.chain(code).chain(check)) == 1).then_some(Trim::front(front))
}

fn has_structure(mut chars: impl Iterator<Item = u8>, structure: &[u8]) -> bool {
    let mut count = 0usize;
    for &symbol in structure {
        if symbol.is_ascii_digit() {
            count = count * 10 + usize::from(symbol & 0x0f);
            continue;
        }
        for _ in 0..core::mem::take(&mut count) {
            if !chars.next().is_some_and(|ch| is_of(symbol, ch)) {
                return false;
            }
        }
    }
    chars.next().is_none()
}

fn is_of(symbol: u8, ch: u8) -> bool {
    match symbol {
        b'n' => ch.is_ascii_digit(),
        b'a' => ch.is_ascii_uppercase(),
        _ => ch.is_ascii_alphanumeric(),
    }
}

/// ISO 7064 MOD 97-10: letters count as 10 to 35.
fn remainder(chars: impl Iterator<Item = u8>) -> u32 {
    chars.fold(0, |sum, ch| match ch {
        b'0'..=b'9' => (sum * 10 + u32::from(ch - b'0')) % 97,
        b'A'..=b'Z' => (sum * 100 + u32::from(ch - b'A') + 10) % 97,
        _ => sum,
    })
}

/// All codes and structures.
#[cfg(test)]
pub(super) fn countries() -> impl Iterator<Item = &'static Country> {
    COUNTRIES.iter().chain(&MORE)
}
