use super::*;
use proptest::prelude::*;
use spanmask_core::matcher::Scratch;
use spanmask_core::span::Span;
use spanmask_core::view::{Escaped, Plain, Rewind, Text};

/// All matches that are not empty, the search going on one character behind an empty one.
fn wanted(regex: &regex::Regex, text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(m) = regex.find_at(text, at) {
        at = m.end();
        if m.is_empty() {
            let Some(ch) = text[at..].chars().next() else { break };
            at += ch.len_utf8();
        } else {
            found.push((m.start(), m.end()));
        }
    }
    found
}

fn found<T: Text>(built: &Built, pools: &spanmask_core::table::Pools<'_>, text: T) -> Vec<Span> {
    let mut scratch = Scratch::new(1);
    let (mut at, mut before, mut all) = (text.start(), None, Vec::new());
    while let Some(span) = built.dfa.find(pools, text, at, before, &mut scratch) {
        all.push(span);
        before = spanmask_core::view::chars(text, span.start, span.end).last();
        at = span.end;
    }
    all
}

fn check(pattern: &str, texts: &[&str]) {
    let Ok(regex) = regex::Regex::new(pattern) else { return };
    let mut pools = PoolBuilder::default();
    let built = match build(&[pattern], false, Limits::default(), &mut pools) {
        Ok(built) => built,
        Err(AutomatonError::TooLarge { .. } | AutomatonError::MixedWordBoundaries) => return,
        Err(error) => panic!("{pattern}: {error}"),
    };
    let pools = pools.finish();
    for text in texts {
        let wanted = wanted(&regex, text);
        for (start, end) in &wanted {
            assert!(
                built.need.met_by(&text.as_bytes()[*start..*end]),
                "{pattern:?} {text:?} {:?}",
                built.need
            );
        }
        let plain: Vec<_> = found(&built, &pools, Plain::new(text.as_bytes(), 0, text.len()))
            .into_iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(plain, wanted, "{pattern:?} {text:?} {:?}", built.dfa.mode);
        // Behind escapes: every third character as \u, and the raw place of each.
        let (mut raw, mut places) = (String::new(), std::collections::HashMap::new());
        for (i, (at, ch)) in text.char_indices().enumerate() {
            places.insert(at, raw.len());
            match ch {
                _ if i % 3 == 1 => {
                    for unit in ch.encode_utf16(&mut [0; 2]) {
                        raw.push_str(&format!("\\u{unit:04X}"));
                    }
                }
                '\\' | '"' => raw.extend(['\\', ch]),
                '\n' => raw.push_str("\\n"),
                _ => raw.push(ch),
            }
        }
        places.insert(text.len(), raw.len());
        let wanted: Vec<_> = wanted.iter().map(|(s, e)| Span::new(places[s], places[e])).collect();
        let escaped = found(&built, &pools, Escaped::new(raw.as_bytes(), 0, raw.len(), 1));
        assert_eq!(escaped, wanted, "{pattern:?} {raw:?}");
    }
}

#[test]
fn what_waits_long_is_searched_for_where_that_is_small() {
    let texts = ["aaab", &"a".repeat(61), &format!("{}b", "a".repeat(60)), &format!("x{}bb", "a".repeat(80))];
    for (pattern, mode) in [
        (r"\d{3}-\d{4}", Mode::Try),
        ("a{20,60}b", Mode::Search),
        ("[ab].{50}b", Mode::Try),
        ("a+b", Mode::Search),
    ] {
        let built = build(&[pattern], false, Limits::default(), &mut PoolBuilder::default());
        assert_eq!(built.map(|built| built.dfa.mode), Ok(mode), "{pattern}");
        check(pattern, &texts);
    }
}

#[test]
fn the_patterns_of_the_documentation() {
    let texts = [
        "mail john.doe@x.com, a@b.c-d or .a@b.c. x@y",
        "415-555-0100 4155550100 415.555.01000 1795217623199635458",
        "4111 1111 1111 1111, 4111-1111-1111-1111 4111111111111111 41111111111111112",
        "é4111 1111 1111 1111é jürgen@bücher.de \u{661}\u{662}\u{663}-555-0100",
        "",
        "@@@@ a@@b.c \n a@b\n.c",
    ];
    for pattern in [
        r"\b[\w.-]+?@\w+?\.\w+?\b",
        r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b",
        r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b",
        r"\b(?:\d[ -]?){12,18}\d\b",
        r"(?m)^\w+$",
        r"(?mR)^a.*$",
        r"\Bb\B|(?i)Σ",
        r"(?-u:\b)\w+(?-u:\b)",
        r"a*|b",
        r"(?:ab)*c",
    ] {
        check(pattern, &texts);
        check(pattern, &["ababc abc c", "xab bab ABc\r\nabσς\u{2028}a\n"]);
    }
}

/// The matches of `a` and of `b` must be those of both with a fence between them. What is behind a `\\` may be part of a match that
/// begins with it.
fn check_fences(pattern: &str, fences: Fences, texts: &[&str]) {
    let regex = regex::Regex::new(pattern).expect("a pattern");
    let chars = match fences {
        Fences::None => &[][..],
        Fences::Quotes => &['"', '\\'],
        Fences::Escapes => &['"', '\\', '\n', '\r', '\t', '\x08', '\x0c'],
    };
    for fence in chars {
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let behind = a.len() + 1;
            let shifted = wanted(&regex, b).into_iter().map(|(start, end)| (start + behind, end + behind));
            let mut apart: Vec<_> = wanted(&regex, a).into_iter().chain(shifted).collect();
            let mut both = wanted(&regex, &format!("{a}{fence}{b}"));
            if *fence == '\\' {
                apart.retain(|(start, _)| *start < a.len());
                both.retain(|(start, _)| *start < a.len());
            }
            assert_eq!(both, apart, "{pattern:?} {a:?} {fence:?} {b:?}");
        }
    }
}

#[test]
fn what_matches_keep_within() {
    let texts = [
        "a@b.co",
        "njo@b.co x",
        "4111 1111 1111 1111",
        "4111",
        "1111 1111 1111",
        "555-123-4567",
        "x",
        "",
        "a@b.co, 4111111111111111",
        "[",
        "a b",
        "ab",
        "b",
        "nab",
    ];
    for (pattern, fences) in [
        (r"\b[\w.-]+?@\w+?\.\w+?\b", Fences::Escapes),
        (r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", Fences::Escapes),
        (r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", Fences::Quotes),
        (r"(?:\\[nrt])?[a-z]+@b", Fences::Escapes),
        (r#"["a]b"#, Fences::None),
        (r#"a"?"#, Fences::None),
        (r"a\\?b", Fences::None),
        (r"^a", Fences::None),
        (r"(?m)b$", Fences::None),
        (r"(?m)^b", Fences::None),
        (r"a.*b", Fences::None),
        (r"a[^\n]?", Fences::None),
        (r"a\s*", Fences::Quotes),
        (r"ab|b", Fences::Escapes),
        (r"\Ba", Fences::Escapes),
        (r"(?:(?:ab)*c|b)\b{end}", Fences::Escapes),
    ] {
        let built =
            build(&[pattern], false, Limits::default(), &mut PoolBuilder::default()).expect("a pattern");
        assert_eq!(built.fences, fences, "{pattern}");
        check_fences(pattern, built.fences, &texts);
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let build = |pattern: &str, size| {
        super::build(&[pattern], false, Limits { size }, &mut PoolBuilder::default()).map(drop).unwrap_err()
    };
    assert_eq!(build("(?:a|b)*a(?:a|b){24}", 1 << 20), AutomatonError::TooLarge { limit: "pattern.size" });
    assert_eq!(build(r"\b(?-u:\b)a", 1 << 20), AutomatonError::MixedWordBoundaries);
    let AutomatonError::Syntax { index: 0, message } = build("a(b", 1 << 20) else { panic!() };
    assert_eq!(message, "unclosed group at character 2");
}

fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "a",
            "b",
            "1",
            "é",
            "ß",
            ".",
            r"\w",
            r"\d",
            r"\s",
            "[ab1]",
            "[^a]",
            r"[\w.-]",
            r"\W",
            "(?i:k)",
            "ſ",
            "-",
            "@",
            r"\.",
            "[à-ÿ]",
            "日",
            r"\p{Greek}",
            "(?s:.)",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![r"\b", r"\B", "^", "$", "(?m:^)", "(?m:$)", r"\b{start-half}", r"\b{end}"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (inner, prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}?"]))
                .prop_map(|(part, repeat)| format!("(?:{part}){repeat}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn finds_what_the_regex_crate_finds(
        pattern in pattern(),
        texts in prop::collection::vec("[ab1éßkKſK\\-@. \n\r日α\\\\\"_]{0,14}", 1..5),
    ) {
        check(&pattern, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// A pattern that goes on behind a match for what may never come.
fn run_on() -> impl Strategy<Value = String> {
    let short = || {
        prop::sample::select(vec!["a", "ab", "b", "1", "[ab]1", r"\w ", r"\b1", "é", "a{3,5}", "(?:a|b1)"])
    };
    let loops = prop::sample::select(vec![
        ".*",
        "[^ ]*",
        "[^1]*",
        r"(?:\w+ )*",
        "(?s:.)*",
        "(?:ab|1)*",
        ".*?",
        "(?:a.*b|.)*",
    ]);
    (short(), short(), loops.clone(), short(), short(), loops, short())
        .prop_map(|(a, b, l, c, d, m, e)| format!("{a}(?:{b}{l}{c}|{d}{m}{e}é)?|{d}(?:{c}{m}{b}$)?"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn finds_what_the_regex_crate_finds_far_behind_matches(
        pattern in run_on(),
        texts in prop::collection::vec(("[ab1 ]{1,8}", "[ab1é \n]{0,40}", 1..150_usize, "[ab1é ]{0,300}"), 1..4),
    ) {
        let texts: Vec<String> =
            texts.iter().map(|(unit, between, count, end)| {
                format!("{}{between}{}{end}", unit.repeat(*count), unit.repeat(*count / 2))
            }).collect();
        check(&pattern, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        check_again(&pattern, &texts[0]);
    }
}

/// From each of many places, whatever was found before: as a search goes on within a match that was refused.
fn check_again(pattern: &str, text: &str) {
    let regex = regex::Regex::new(pattern).unwrap();
    let mut pools = PoolBuilder::default();
    let built = build(&[pattern], false, Limits::default(), &mut pools).unwrap();
    let pools = pools.finish();
    let mut scratch = Scratch::new(1);
    let plain = Plain::new(text.as_bytes(), 0, text.len());
    for (at, _) in text.char_indices().step_by(5) {
        let before = text[..at].chars().next_back();
        let found = built.dfa.find(&pools, plain, at, before, &mut scratch);
        let wanted = regex.find_at(text, at).map(|m| Span::new(m.start(), m.end()));
        assert_eq!(found, wanted, "{pattern:?} {text:?} from {at}");
    }
}

/// Counts the characters that are read.
#[derive(Clone, Copy)]
struct Counting<'a>(Plain<'a>, &'a std::cell::Cell<usize>);

impl Text for Counting<'_> {
    const ESCAPES: bool = false;
    fn start(&self) -> usize {
        self.0.start()
    }
    fn end(&self) -> usize {
        self.0.end()
    }
    fn next(&self, at: usize) -> Option<(char, usize)> {
        self.1.set(self.1.get() + 1);
        self.0.next(at)
    }
    fn reach(&self) -> usize {
        0
    }
    fn ahead(&self, _: usize) -> &[u8] {
        &[]
    }
    fn backwards(
        &self,
        floor: usize,
        end: usize,
        rewind: &mut Rewind<'_>,
        mut visit: impl FnMut(char, usize) -> bool,
    ) {
        self.0.backwards(floor, end, rewind, |ch, at| {
            self.1.set(self.1.get() + 1);
            visit(ch, at)
        });
    }
}

#[test]
fn what_is_read_grows_as_the_text_does() {
    for (pattern, unit) in [
        ("foo(bar.*baz)?", "foobar"),
        ("x[^y]*y|x", "xaq "),
        (r"(?:\w+\s)*z|q", "xaq "),
        ("foo(bar.*baz|qux.*quux|bar(?s:.*)bar.bar)?", "foobarfooqux"),
        ("a(b.*1|c.*2|d.*3|e.*4|f.*5|g.*6|h.*7|i.*8)?", "abacadaeafagahai"),
        ("(?:é.*z)?a", "éaaéa"),
    ] {
        let mut pools = PoolBuilder::default();
        let built = build(&[pattern], false, Limits::default(), &mut pools).unwrap();
        let pools = pools.finish();
        let read = |len: usize| {
            let (text, count) = (unit.repeat(len / unit.len()), std::cell::Cell::new(0));
            let matches =
                found(&built, &pools, Counting(Plain::new(text.as_bytes(), 0, text.len()), &count)).len();
            assert!(matches >= len / unit.len(), "{pattern}");
            count.get()
        };
        let (short, long) = (read(1 << 14), read(1 << 20));
        assert!(long < 100 * short, "{pattern}: {short} characters read of 16 KB, {long} of 1 MB");
    }
}
