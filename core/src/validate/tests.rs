extern crate std;

use super::*;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, panic};

fn passes(validator: Validator, text: &str) -> bool {
    validator.check(text.chars()).is_some()
}

fn kept(validator: Validator, text: &str) -> Option<&str> {
    let trim = validator.check(text.chars())?;
    let count = text.chars().count();
    let at = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(at, _)| at);
    Some(&text[at(trim.front as usize)..at(count - trim.back as usize)])
}

#[test]
fn numbers_are_frozen() {
    for (number, validator) in Validator::ALL.into_iter().enumerate() {
        assert_eq!(validator as usize, number);
        assert_eq!(Validator::from_number(number as u8), Some(validator));
    }
    assert!(names().all(|name| named(name).is_some()));
}

#[test]
fn nothing_panics() {
    let texts = [
        "", "+", "(", "://", "x://@", "@", "%", ":", "::", ".", "1", "é", "\u{0661}", "0", "a:", "%40",
        "abc:", "1.", "1.1.1.", "\\", "\\n", "v", "§", "%2B", "%20", "aaa:1", "n:", "x@v",
    ];
    for validator in Validator::ALL {
        for text in texts {
            let _ = validator.check(text.chars());
        }
        let _ = validator.check(core::iter::repeat_n('1', 10_000));
        let _ = validator.check(core::iter::repeat_n(':', 10_000));
        let _ = validator.check(core::iter::repeat_n('x', 10_000));
    }
}

/// `body` and the digit that Luhn asks for.
fn with_luhn(body: &str) -> String {
    let digit = (0..10).map(|digit| format!("{body}{digit}")).find(|text| passes(Validator::Luhn, text));
    digit.expect("one of ten fits")
}

/// Digits that begin with `prefix`, so many, the last one Luhn's.
fn card(prefix: &str, length: usize) -> String {
    let filled = prefix.chars().chain("927".chars().cycle()).take(length - 1).collect::<String>();
    with_luhn(&filled)
}

#[test]
fn card_numbers_by_scheme() {
    // Name, first and last prefix, and every length from 12 to 19 that the scheme has.
    let schemes: &[(&str, u32, u32, &[usize])] = &[
        ("UATP", 1000, 1999, &[15]),
        ("Visa", 4000, 4999, &[13, 16, 19]),
        ("Mastercard", 5100, 5599, &[16]),
        ("Mastercard", 2221, 2720, &[16]),
        ("American Express", 3400, 3499, &[15]),
        ("American Express", 3700, 3799, &[15]),
        ("Diners Club", 3000, 3059, &[14, 15, 16, 17, 18, 19]),
        ("Diners Club", 3600, 3699, &[14, 15, 16, 17, 18, 19]),
        ("Diners Club", 3800, 3999, &[14, 15, 16, 17, 18, 19]),
        ("JCB", 3528, 3589, &[16, 17, 18, 19]),
        ("JCB", 3088, 3094, &[16, 17, 18, 19]),
        ("JCB", 3337, 3349, &[16, 17, 18, 19]),
        ("JCB", 2131, 2131, &[15]),
        ("Discover", 6011, 6011, &[16, 17, 18, 19]),
        ("Discover", 6440, 6599, &[16, 17, 18, 19]),
        ("UnionPay", 6200, 6299, &[16, 17, 18, 19]),
        ("UnionPay", 8100, 8199, &[16, 17, 18, 19]),
        ("Maestro", 6759, 6763, &[13, 14, 15, 16, 17, 18, 19]),
        ("Maestro", 5000, 5017, &[16, 17, 18, 19]),
        ("Maestro", 5600, 5799, &[16, 17, 18, 19]),
        ("RuPay", 6000, 6010, &[16]),
        ("RuPay", 8200, 8299, &[16]),
        ("Mir", 2200, 2204, &[16, 17, 18, 19]),
        ("Troy", 9792, 9792, &[16]),
        ("UzCard", 8600, 8600, &[16]),
        ("Humo", 9860, 9860, &[16]),
        ("Napas", 9704, 9704, &[16, 19]),
    ];
    for (name, first, last, lengths) in schemes {
        for prefix in [*first, *last] {
            for length in 12..=19 {
                let number = card(&prefix.to_string(), length);
                let expected = lengths.contains(&length);
                assert_eq!(passes(Validator::PaymentCard, &number), expected, "{name} {number}");
            }
        }
    }
}

#[test]
fn card_numbers_of_nobody() {
    for prefix in
        ["0", "20", "2106", "2206", "2721", "29", "3103", "32", "3350", "3527", "3590", "61", "643", "66"]
    {
        for length in [13, 14, 15, 16, 19] {
            let number = card(prefix, length);
            assert!(!passes(Validator::PaymentCard, &number), "{number}");
        }
    }
    for prefix in ["68", "69", "7", "83", "8599", "8601", "90", "9703", "9705", "9791", "9793", "9861"] {
        let number = card(prefix, 16);
        assert!(!passes(Validator::PaymentCard, &number), "{number}");
    }
    // Every other last digit is wrong.
    let number = "4111111111111111";
    let wrong = (0..10).filter(|digit| passes(Validator::PaymentCard, &format!("{}{digit}", &number[..15])));
    assert_eq!(wrong.count(), 1);
}

#[test]
fn payment_card_keeps_the_number() {
    let card = Validator::PaymentCard;
    for (text, want) in [
        ("4111 1111 1111 1111", Some("4111 1111 1111 1111")),
        (" 4111-1111-1111-1111", Some("4111-1111-1111-1111")),
        (r"\n4111111111111111", Some("4111111111111111")),
        ("4111 1111 1111 1111 123", Some("4111 1111 1111 1111")),
        ("5555555555554444", Some("5555555555554444")),
        ("378282246310005", Some("378282246310005")),
        ("4111 1111 1111 1112", None),
        ("0000000000000000", None),
        ("4000000000000000", None),
        ("6304000000000000", None),
        ("1763709546123456789", None),
        ("\u{0664}111111111111111", None),
        ("4111111111111111111111", None),
    ] {
        assert_eq!(kept(card, text), want, "{text}");
    }
}

#[test]
fn ipv6_forms() {
    for text in [
        "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
        "2001:db8::8:800:200c:417a",
        "ff01::101",
        "::1",
        "0:0:0:0:0:0:13.1.68.3",
        "::ffff:129.144.52.38",
        "2001:0db8:0:cd30::",
        "fe80::1%eth0",
        "::ffff:0:192.0.2.1",
        "64:ff9b::192.0.2.33",
    ] {
        assert_eq!(kept(Validator::Ipv6, text), Some(text));
    }
    for text in [
        "::",
        "12:34:56",
        "1::2",
        "::2",
        "2001::db8::1",
        "1:2:3:4:5:6:7:8",
        "a::b",
        "2001:db8:::1",
        "::ffff:256.0.0.1",
        "2001:db8:1",
        "2001:db8::1:",
        "2001:db8:0:0:0:0:0:0:1",
        "2001:db8:12345::1",
        "::1.2.3",
    ] {
        assert!(!passes(Validator::Ipv6, text), "{text}");
    }
    for (text, want) in [
        ("(2001:db8::", "2001:db8::"),
        (r"\n2001:db8::1", "2001:db8::1"),
        (r"\2001:db8::1", "2001:db8::1"),
        ("p:2001:db8::1", "2001:db8::1"),
        ("ace:2001:db8::1", "2001:db8::1"),
        (" ::1", "::1"),
    ] {
        assert_eq!(kept(Validator::Ipv6, text), Some(want));
    }
}

#[test]
fn ipv4_forms() {
    for (text, want) in [
        ("192.0.2.1", Some("192.0.2.1")),
        (" 192.0.2.1", Some("192.0.2.1")),
        (r"\n10.0.0.0", Some("10.0.0.0")),
        ("..255.255.255.255", Some("255.255.255.255")),
        ("ip: 10.0.0.1", Some("10.0.0.1")),
        // Nothing is left of these, but the search goes on behind them.
        ("Version: 10.0.0.1", Some("")),
        ("§ 10.0.0.1", Some("")),
        ("sec. 99.0.0.1", Some("")),
    ] {
        assert_eq!(kept(Validator::Ipv4, text), want, "{text}");
    }
    for text in ["1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "/120.0.0.0", "99999999999.1.1.1"] {
        assert!(!passes(Validator::Ipv4, text), "{text}");
    }
}

#[test]
fn mac_forms() {
    for (text, want) in [
        ("00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        ("00-1a-2b-3c-4d-5e-6f-70", Some("00-1a-2b-3c-4d-5e-6f-70")),
        ("001A.2B3C.4D5E", Some("001A.2B3C.4D5E")),
        ("MAC:00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        ("Mac-00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        ("w:00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        (r"\t00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        ("=00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        ("00:00:00:00:00:00", None),
        ("FF:ff:FF:ff:FF:ff", None),
        ("00:1A:2B:3C:4D:5E:6F", None),
        ("0012.3456.7890", None),
    ] {
        assert_eq!(kept(Validator::Mac, text), want, "{text}");
    }
}

/// Characters of the whole IBAN: the SWIFT registry, then countries that use IBANs without being in it.
#[rustfmt::skip]
const IBAN_LENGTHS: [(&str, usize); 111] = [
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22),
    ("BH", 22), ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24),
    ("DE", 22), ("DJ", 27), ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18),
    ("FK", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27),
    ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26),
    ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28), ("LC", 32), ("LI", 21), ("LT", 20),
    ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19), ("MN", 20),
    ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23), ("PK", 24),
    ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
    ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25),
    ("SV", 28), ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20),
    ("YE", 30), ("AO", 25), ("BF", 28), ("BJ", 28), ("CF", 27), ("CG", 27), ("CI", 28), ("CM", 27),
    ("CV", 25), ("DZ", 26), ("GA", 27), ("GQ", 27), ("GW", 25), ("IR", 26), ("KM", 27), ("MA", 28),
    ("MG", 27), ("ML", 28), ("MZ", 25), ("NE", 28), ("SN", 28), ("TD", 27), ("TG", 28),
];

/// An IBAN of this country whose account part is `bban`.
fn iban_of(country: &str, bban: &str) -> String {
    (2..=98)
        .map(|check| format!("{country}{check:02}{bban}"))
        .find(|text| passes_97(text))
        .expect("one check number fits")
}

fn passes_97(iban: &str) -> bool {
    let (head, tail) = iban.split_at(4);
    let value = |ch: char| ch.to_digit(36).expect("a letter or digit");
    let step = |sum: u32, value: u32| (sum * if value > 9 { 100 } else { 10 } + value) % 97;
    tail.chars().chain(head.chars()).map(value).fold(0, step) == 1
}

/// What the structure of a country (`4a14n`) allows.
fn account(structure: &[u8]) -> String {
    let text = core::str::from_utf8(structure).expect("ASCII");
    let mut parts = String::new();
    let mut count = String::new();
    for ch in text.chars() {
        if ch.is_ascii_digit() {
            count.push(ch);
            continue;
        }
        let sample = match ch {
            'n' => "1234567890",
            'a' => "ABCDEFGHIJ",
            _ => "A1B2C3D4E5",
        };
        parts.extend(sample.chars().cycle().take(count.parse().expect("a count")));
        count.clear();
    }
    parts
}

#[test]
fn ibans_of_every_country() {
    let structures: Vec<_> = iban::countries().collect();
    assert_eq!(structures.len(), IBAN_LENGTHS.len());
    for (country, length) in IBAN_LENGTHS {
        let (_, structure) = structures
            .iter()
            .find(|(code, _)| code == country.as_bytes())
            .unwrap_or_else(|| panic!("{country} is missing"));
        let account = account(structure);
        let iban = iban_of(country, &account);
        assert_eq!(iban.len(), length, "{country}");
        assert!(passes(Validator::Mod97, &iban), "{iban}");
        assert!(passes(Validator::Mod97, &iban.to_lowercase()), "{iban}");
        let wrong =
            format!("{}{:02}{account}", country, (iban[2..4].parse::<u8>().expect("digits") + 1) % 100);
        assert!(!passes(Validator::Mod97, &wrong), "{wrong}");
        // Right checksum, wrong length.
        let longer = iban_of(country, &format!("{account}0"));
        let shorter = iban_of(country, &account[..account.len() - 1]);
        assert!(!passes(Validator::Mod97, &longer) && !passes(Validator::Mod97, &shorter), "{country}");
        // Right checksum and length, a letter where digits must be or the other way round.
        let swap = |ch: char| if ch.is_ascii_digit() { 'X' } else { '7' };
        let first = account.chars().next().expect("not empty");
        let other = iban_of(country, &format!("{}{}", swap(first), &account[1..]));
        let mixed = structure.iter().find(|symbol| !symbol.is_ascii_digit()) == Some(&b'c');
        assert_eq!(passes(Validator::Mod97, &other), mixed, "{other}");
    }
}

#[test]
fn iban_forms() {
    for (text, want) in [
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", true),
        ("de89370400440532013000", true),
        ("DE89-3704-0044-0532-0130-00", true),
        ("DE8937040044053201300", false),
        ("ZZ89370400440532013000", false),
        ("DE89 3704 0044 0532 0130 0\u{0660}", false),
    ] {
        assert_eq!(passes(Validator::Mod97, text), want, "{text}");
    }
    assert_eq!(kept(Validator::Mod97, r"\nDE89370400440532013000"), Some("DE89370400440532013000"));
}

#[test]
fn social_security_numbers() {
    for (text, want) in [
        ("001-01-0001", true),
        ("665-99-9999", true),
        ("667-01-0001", true),
        ("899-99-9999", true),
        ("000-12-3456", false),
        ("666-12-3456", false),
        ("123-00-4567", false),
        ("123-45-0000", false),
        // Printed in advertisements.
        ("078-05-1120", false),
        ("219-09-9999", false),
        // Taxpayer numbers of the IRS.
        ("900-50-0001", true),
        ("900-65-0001", true),
        ("900-70-0001", true),
        ("999-88-9999", true),
        ("912-90-1234", true),
        ("912-92-1234", true),
        ("912-94-1234", true),
        ("912-99-1234", true),
        ("912-49-1234", false),
        ("912-66-1234", false),
        ("912-69-1234", false),
        ("912-89-1234", false),
        ("912-93-1234", false),
        // One separator throughout.
        ("123 45 6789", true),
        ("123456789", true),
        ("123-45 6789", false),
        ("12345678", false),
        ("1234567890", false),
    ] {
        assert_eq!(passes(Validator::Ssn, text), want, "{text}");
    }
    assert_eq!(kept(Validator::Ssn, "SSN is 123-45-6789"), Some("123-45-6789"));
    assert_eq!(kept(Validator::Ssn, r"\n123-45-6789"), Some("123-45-6789"));
}

#[test]
fn phones() {
    for (validator, text, want) in [
        (Validator::Phone, " +49 30 555", Some("+49 30 555")),
        (Validator::Phone, "tel: (415) 555-0100", Some("(415) 555-0100")),
        (Validator::Phone, "(+49 30 5550", Some("+49 30 5550")),
        (Validator::Phone, "%2B14155550100", Some("14155550100")),
        (Validator::Phone, "０３－１２３４－５６７８", Some("０３－１２３４－５６７８")),
        (Validator::Phone, "（０３）１２３４－５６７８", Some("（０３）１２３４－５６７８")),
        (Validator::Phone, "電話03ー1234ー5678", Some("03ー1234ー5678")),
        (Validator::Phone, "+1 415 555 0100 x12", Some("+1 415 555 0100 x12")),
        (Validator::Phone, "123456", None),
        (Validator::Phone, "+1234567", Some("+1234567")),
        (Validator::Phone, "+123456789012345", Some("+123456789012345")),
        (Validator::Phone, "+1234567890123456", None),
        (Validator::Phone, "0000000", None),
        (Validator::PhoneNational, "01.02.2026 10", None),
        (Validator::PhoneNational, "01/02/2026 10", None),
        (Validator::PhoneNational, "13.02.2026 10", None),
        (Validator::PhoneNational, "01 23 45 67 89", Some("01 23 45 67 89")),
        (Validator::PhoneNational, "0123456789", None),
        (Validator::PhoneNational, "011 44 20 7946 0958", Some("011 44 20 7946 0958")),
        (Validator::PhoneNational, "030 1234", None),
        (Validator::PhoneNational, "00 0000 0000", None),
    ] {
        assert_eq!(kept(validator, text), want, "{text}");
    }
}

#[test]
fn emails() {
    for (text, want) in [
        ("john@example.com", Some("john@example.com")),
        (r"\njohn@example.com", Some("john@example.com")),
        ("john%40example.com", Some("john%40example.com")),
        ("john@163.com", Some("john@163.com")),
        ("john@1.2.example.com", Some("john@1.2.example.com")),
        ("john@vv.example", Some("john@vv.example")),
        ("logo@2x.png", None),
        ("logo@2x.PNG", None),
        ("a%40b@2x.webp", None),
        ("pkg@1.2.3-rc.one", None),
        ("pkg@v1.2.3.beta", None),
        ("pkg@1.2-rc.one", None),
    ] {
        assert_eq!(kept(Validator::Email, text), want, "{text}");
    }
}

#[test]
fn tokens() {
    for (validator, text, want) in [
        (Validator::UrlUserinfo, "s://u:p@", Some("u:p")),
        (Validator::UrlUserinfo, "s://:p@", Some(":p")),
        (Validator::UrlUserinfo, "s://git@", None),
        (Validator::UrlUserinfo, "s://u:@", None),
        (Validator::UrlUserinfo, "s://0123456789abcdef0123@", Some("0123456789abcdef0123")),
        (Validator::UrlUserinfo, "s://a-name-of-twenty-chars@", None),
        (Validator::UrlUserinfo, "s://[REDACTED_URL_CREDENTIALS_1]@", None),
        (Validator::KeyedToken, "Bearer abc1abc1abc1abc1", Some("abc1abc1abc1abc1")),
        (Validator::KeyedToken, "secret access key is abc1abc1abc1abc1", Some("abc1abc1abc1abc1")),
        (Validator::KeyedToken, "key\": \"abc1abc1abc1abc1==", Some("abc1abc1abc1abc1==")),
        (Validator::KeyedToken, "Bearer%20abc1abc1abc1abc1", Some("abc1abc1abc1abc1")),
        (Validator::KeyedToken, r"Bearer\nabc1abc1abc1abc1", Some("abc1abc1abc1abc1")),
        (Validator::KeyedToken, r#"\"key\": \"nabc1abc1abc1abc1"#, Some("nabc1abc1abc1abc1")),
        (Validator::KeyedToken, "Bearer abcdabcdabcdabcd", None),
        (Validator::KeyedToken, "Bearer abc1abc1abc1abc", None),
        (Validator::Token, "abc1", Some("abc1")),
        (Validator::Token, r"\nabc1", Some("abc1")),
        (Validator::Token, "abc", None),
        (Validator::Token, "123", None),
        (Validator::BehindEscape, r"\nabc", Some("abc")),
        (Validator::BehindEscape, "abc", Some("abc")),
        (Validator::RandomToken, "sk-test-2024-report-v2", None),
        (Validator::RandomToken, "sk-test-0123456789abcdef", Some("sk-test-0123456789abcdef")),
        (Validator::RandomToken, r"\nsk-test-aB1", Some("sk-test-aB1")),
        (Validator::RandomToken, "sk-test-abcdefghijklmnopqrst", None),
    ] {
        assert_eq!(kept(validator, text), want, "{text}");
    }
}

#[test]
fn private_keys() {
    assert!(passes(Validator::PrivateKey, "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq"));
    assert!(passes(Validator::PrivateKey, r"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq"));
    assert!(passes(Validator::PrivateKey, "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA"));
    assert!(!passes(Validator::PrivateKey, "-----BEGIN PRIVATE KEY----- is the header"));
    assert!(!passes(Validator::PrivateKey, "-----BEGIN PRIVATE KEY----- Internationalization"));
    // The letter of an escape is no material.
    assert!(!passes(Validator::PrivateKey, r"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgk"));
}

#[test]
fn checksums() {
    for text in ["121000248", "314074269", "071004200"] {
        assert!(passes(Validator::AbaRouting, text));
    }
    for text in ["123456789", "12100024", "1210002480", "131000247", "000000000"] {
        assert!(!passes(Validator::AbaRouting, text), "{text}");
    }
    for text in ["199009301238", "193310281454", "200112030877"] {
        assert_eq!(passes(Validator::Verhoeff, text), text != "193310281454", "{text}");
    }
    // Verhoeff finds every single wrong digit and every swap of neighbours.
    let right = "199009301238";
    for place in 0..right.len() {
        for digit in ('0'..='9').filter(|digit| !right[place..].starts_with(*digit)) {
            let wrong = format!("{}{digit}{}", &right[..place], &right[place + 1..]);
            assert!(!passes(Validator::Verhoeff, &wrong), "{wrong}");
        }
        let mut chars: Vec<char> = right.chars().collect();
        if place + 1 < chars.len() && chars[place] != chars[place + 1] {
            chars.swap(place, place + 1);
            assert!(Validator::Verhoeff.check(chars.into_iter()).is_none());
        }
    }
    assert!(passes(Validator::Nhs, "907 784 4449") && !passes(Validator::Nhs, "1234567882"));
    // A check digit of ten does not exist.
    assert!((0..10).all(|digit| !passes(Validator::Nhs, &format!("100000001{digit}"))));
    assert!(passes(Validator::Luhn, "18") && passes(Validator::Luhn, "0-0") && !passes(Validator::Luhn, "0"));
    assert!(!passes(Validator::Luhn, "4111a") && !passes(Validator::Luhn, "\u{0661}\u{0668}"));
}
