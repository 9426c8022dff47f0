use super::super::firsts::Firsts;
use super::super::of_pattern;

/// Whether a factor may begin with a code unit, as far as the digits of its escape tell.
fn may_begin(digits: &[[u8; 256]; 4], unit: u16) -> bool {
    let text = format!("{unit:04x}");
    let upper = text.to_uppercase();
    let groups = |text: &str| {
        text.bytes().zip(digits).fold(u8::MAX, |all, (byte, groups)| all & groups[usize::from(byte)])
    };
    assert_eq!(groups(&text), groups(&upper));
    groups(&text) != 0
}

fn firsts_of(pattern: &str) -> Firsts {
    of_pattern(&regex_syntax::parse(pattern).expect("a pattern"), false).expect("factors").firsts
}

#[test]
fn every_character_is_among_the_digits() {
    for class in
        [r"\d", r"\w", r"[жф]", r"[\x{1d7d8}-\x{1d7e1}🙂]", r"\x{fffd}", r"[\x{80}-\x{10ffff}]", "[a-zé]"]
    {
        let Ok(hir) = regex_syntax::parse(class) else { panic!("{class}") };
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(set)) = hir.kind() else {
            continue;
        };
        let ranges: Vec<_> = set.iter().map(|range| (range.start(), range.end())).collect();
        let digits = Firsts::Of(ranges.clone()).digits();
        // The edges of each range, and what is within a short one.
        for (start, end) in ranges {
            let inner = (start..=end).take(40).chain([end]).filter(|ch| !ch.is_ascii());
            for ch in inner {
                let unit = ch.encode_utf16(&mut [0; 2])[0];
                assert!(may_begin(&digits, unit), "{class}: {unit:04x}");
            }
        }
    }
    assert!(may_begin(&Firsts::Of(vec![('\u{fffd}', '\u{fffd}')]).digits(), 0xdc12), "half of a pair alone");
    assert!(may_begin(&Firsts::Any.digits(), 0x4e2d));
}

#[test]
fn most_text_begins_no_factor_of_digits() {
    let digits = firsts_of(r"\b\d{4}[-\s]?\d{4}\b").digits();
    let others = "éüßłçñøžşğαωжяאתمكلنابपरसหมあ漢字한국。🙂…";
    for unit in others.encode_utf16() {
        assert!(!may_begin(&digits, unit), "{unit:04x}");
    }
    for unit in "٤४４".encode_utf16().chain([0xd835]) {
        assert!(may_begin(&digits, unit), "{unit:04x}");
    }
}
