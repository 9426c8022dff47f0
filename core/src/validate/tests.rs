use super::*;

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
        "abc:", "1.", "1.1.1.",
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

#[test]
fn payment_card_keeps_the_number() {
    let card = Validator::PaymentCard;
    for (text, want) in [
        ("4111 1111 1111 1111", Some("4111 1111 1111 1111")),
        ("4111 1111 1111 1111 123", Some("4111 1111 1111 1111")),
        ("5555555555554444", Some("5555555555554444")),
        ("378282246310005", Some("378282246310005")),
        ("4111 1111 1111 1112", None),
        ("0000000000000000", None),
        ("4000000000000000", None),
        ("1763709546123456789", None),
        ("\u{0664}111111111111111", None),
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
    ] {
        assert!(!passes(Validator::Ipv6, text), "{text}");
    }
    assert_eq!(kept(Validator::Ipv6, "(2001:db8::/"), Some("2001:db8::"));
    assert_eq!(kept(Validator::Ipv6, "fe80::."), Some("fe80::"));
}

#[test]
fn ipv4_forms() {
    assert_eq!(kept(Validator::Ipv4, " 192.0.2.1"), Some("192.0.2.1"));
    assert_eq!(kept(Validator::Ipv4, "\\n10.0.0.0"), Some("10.0.0.0"));
    for text in ["1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "/120.0.0.0", "99999999999.1.1.1"] {
        assert!(!passes(Validator::Ipv4, text), "{text}");
    }
}

#[test]
fn iban_lengths() {
    assert!(iban::lengths().all(|(_, length)| (11..=30).contains(&length)));
    assert!(passes(Validator::Mod97, "MT84 MALT 0110 0001 2345 MTLC AST0 01S"));
    assert!(passes(Validator::Mod97, "de89370400440532013000"));
    assert!(!passes(Validator::Mod97, "DE8937040044053201300"));
    assert!(!passes(Validator::Mod97, "ZZ89370400440532013000"));
}

#[test]
fn trims() {
    for (validator, text, want) in [
        (Validator::UrlUserinfo, "s://u:p@", Some("u:p")),
        (Validator::UrlUserinfo, "s://git@", None),
        (Validator::UrlUserinfo, "s://[REDACTED_URL_CREDENTIALS_1]@", None),
        (Validator::KeyedToken, "Bearer abc1", Some("abc1")),
        (Validator::KeyedToken, "key\": \"a=1=", Some("a=1=")),
        (Validator::Phone, " +49 30 555", Some("+49 30 555")),
        (Validator::Phone, "tel: (415) 555-0100", Some("(415) 555-0100")),
        (Validator::Phone, "(+49 30 5550", Some("+49 30 5550")),
        (Validator::PhoneNational, "01.02.2026 10", None),
        (Validator::PhoneNational, "01 23 45 67 89", Some("01 23 45 67 89")),
        (Validator::PhoneNational, "0123456789", None),
        (Validator::Mac, "MAC:00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
        (Validator::Mac, "Mac:00:1A:2B:3C:4D:5E", Some("00:1A:2B:3C:4D:5E")),
    ] {
        assert_eq!(kept(validator, text), want, "{text}");
    }
}

#[test]
fn checksums() {
    for text in ["121000248", "314074269", "071004200"] {
        assert!(passes(Validator::AbaRouting, text));
    }
    for text in ["199009301238", "193310281454", "200112030877"] {
        assert_eq!(passes(Validator::Verhoeff, text), text != "193310281454", "{text}");
    }
    assert!(passes(Validator::Nhs, "907 784 4449") && !passes(Validator::Nhs, "1234567882"));
    assert!(passes(Validator::Luhn, "18") && passes(Validator::Luhn, "0-0") && !passes(Validator::Luhn, "0"));
    assert!(!passes(Validator::Luhn, "4111a"));
}
