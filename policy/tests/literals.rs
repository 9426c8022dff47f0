//! Sets of literals against the regex crate, and against a plain search where that cannot follow.

use proptest::prelude::*;
use regex::Regex;
use spanmask::literals::{Built, LiteralsError, build, file, limits};
use spanmask_core::prefilter::Need;
use spanmask_core::span::Span;
use spanmask_core::table::{PoolBuilder, Pools};
use spanmask_core::view::{Escaped, Plain, Text, chars};
use std::collections::HashMap;

fn compile<S: AsRef<str>>(literals: &[S], ignore_case: bool, whole_word: bool) -> (Built, Pools<'static>) {
    let mut pools = PoolBuilder::default();
    // Other rules use the pools too: nothing may depend on lying at their start.
    pools.u8s(&[1]);
    pools.u16s(&[1, 2, 3]);
    pools.u32s(&[1, 2, 3, 4, 5]);
    let built = build(literals.iter().map(AsRef::as_ref), ignore_case, whole_word, &mut pools).unwrap();
    (built, pools.finish())
}

/// All matches, and that they are the same when the search begins anew at each place before a match.
fn all<T: Text>(built: &Built, pools: &Pools<'_>, text: T) -> Vec<Span> {
    let (mut found, mut at, mut before) = (Vec::new(), text.start(), None);
    while let Some(span) = built.literals.find(pools, text, at, before) {
        if let Some((ch, next)) = text.next(at).filter(|(_, next)| *next <= span.start) {
            assert_eq!(built.literals.find(pools, text, next, Some(ch)), Some(span));
        }
        before = chars(text, at, span.end).last();
        at = span.end;
        found.push(span);
    }
    found
}

/// The decoded text, and the place of each of its bytes.
fn decoded<T: Text>(text: T) -> (String, Vec<usize>) {
    let (mut out, mut places, mut at) = (String::new(), Vec::new(), text.start());
    while let Some((ch, next)) = text.next(at) {
        out.push(ch);
        places.resize(out.len(), at);
        at = next;
    }
    places.push(at);
    (out, places)
}

fn expected<T: Text>(regex: &Regex, text: T) -> Vec<Span> {
    let (decoded, places) = decoded(text);
    regex.find_iter(&decoded).map(|m| Span::new(places[m.start()], places[m.end()])).collect()
}

fn oracle(literals: &[String], ignore_case: bool, whole_word: bool) -> Regex {
    let alternatives: Vec<String> = literals.iter().map(|literal| regex::escape(literal)).collect();
    let mut pattern = format!("(?:{})", alternatives.join("|"));
    if whole_word {
        pattern = format!(r"\b{{start-half}}{pattern}\b{{end-half}}");
    }
    if ignore_case {
        pattern.insert_str(0, "(?i)");
    }
    Regex::new(&pattern).unwrap()
}

/// `text` as the inside of a JSON string, `dice` choosing how each character is written.
fn escape(text: &str, dice: &[u8]) -> String {
    let mut out = String::new();
    for (i, ch) in text.chars().enumerate() {
        match (ch, dice[i % dice.len()] % 4) {
            ('"' | '\\', 0..=2) => out.extend(['\\', ch]),
            ('/', 0) => out.push_str("\\/"),
            ('\n', 0..=2) => out.push_str("\\n"),
            (_, 3) | ('\n', _) => {
                let mut units = [0; 2];
                for unit in ch.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
            _ => out.push(ch),
        }
    }
    out
}

const CHARS: &str =
    "abcABC xyz_-.1 kK\u{212a}sSſßẞiIİıσςΣﬁﬀﬅﬆéÉ日本\u{301}\u{200d}µμΜǄǅǆθϑϴΘÅåÅ😀𐐀𐐨\"\\/\nꭰᎠᲀвВ٣";

fn word(chars: Vec<char>, len: core::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(chars), len).prop_map(String::from_iter)
}

/// Few characters, so that prefixes are shared, and a text made of them, of literals and of pieces of literals.
fn case() -> impl Strategy<Value = (Vec<String>, String)> {
    prop::collection::vec(prop::sample::select(CHARS.chars().collect::<Vec<_>>()), 1..9).prop_flat_map(
        |few| {
            let literals = prop::collection::vec(word(few.clone(), 1..12), 1..40);
            let filler = prop::collection::vec(word(CHARS.chars().chain(few).collect(), 0..6), 1..20);
            let picks = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..14), 1..20);
            (literals, filler, picks).prop_map(|(literals, filler, picks)| {
                let mut text = String::new();
                for (i, (index, keep)) in picks.iter().enumerate() {
                    text.extend(index.get(&literals).chars().take(*keep));
                    text.push_str(&filler[i % filler.len()]);
                }
                (literals, text)
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn as_the_regex_crate(
        (literals, text) in case(),
        ignore_case: bool,
        whole_word: bool,
        dice in prop::collection::vec(any::<u8>(), 1..50),
    ) {
        let (built, pools) = compile(&literals, ignore_case, whole_word);
        let regex = oracle(&literals, ignore_case, whole_word);
        let quoted = format!("\"{text}\"");
        let plain = Plain::new(quoted.as_bytes(), 1, quoted.len() - 1);
        let matches = expected(&regex, plain);
        prop_assert_eq!(all(&built, &pools, plain), matches.clone());
        let once = escape(&text, &dice);
        let view = Escaped::new(once.as_bytes(), 0, once.len(), 1);
        prop_assert_eq!(expected(&regex, view).len(), matches.len());
        prop_assert_eq!(all(&built, &pools, view), expected(&regex, view));
        let twice = escape(&once, &dice);
        let view = Escaped::new(twice.as_bytes(), 0, twice.len(), 2);
        prop_assert_eq!(all(&built, &pools, view), expected(&regex, view));
        for found in regex.find_iter(&text) {
            prop_assert!(meets(found.as_str(), built.need), "{:?} {:?}", found, built.need);
            let len = found.as_str().chars().count();
            prop_assert!((built.min_chars..=built.max_chars).contains(&len));
        }
    }
}

fn meets(found: &str, need: Need) -> bool {
    let has = |ch: char| if ch.is_ascii() { need.ascii.get() >> ch as u32 & 1 == 1 } else { need.wide };
    found.chars().filter(|&ch| has(ch)).count() >= usize::from(need.at_least)
}

/// Every character that folds at all, alone, against every member of its orbit and its neighbours.
#[test]
fn every_folding_orbit() {
    let (built, pools) = compile(&["\u{212a}", "ſ"], true, false);
    assert_eq!(all(&built, &pools, Plain::new(b"akS", 0, 3)).len(), 2);
    let folds = |ch: &char| {
        let pattern = format!("(?i){}", regex_syntax::escape(&ch.to_string()));
        matches!(regex_syntax::parse(&pattern).unwrap().kind(), regex_syntax::hir::HirKind::Class(_))
    };
    let folding: Vec<char> = ('\0'..=char::MAX).filter(folds).collect();
    assert!(folding.len() > 2800);
    let text = String::from_iter(&folding);
    for batch in folding.chunks(100) {
        let literals: Vec<String> = batch.iter().map(char::to_string).collect();
        let (built, pools) = compile(&literals, true, false);
        let plain = Plain::new(text.as_bytes(), 0, text.len());
        assert_eq!(all(&built, &pools, plain), expected(&oracle(&literals, true, false), plain));
    }
}

/// Each character there is, in front of and behind a literal.
#[test]
fn every_word_character() {
    let (built, pools) = compile(&["x"], false, true);
    let word = Regex::new(r"\A\w\z").unwrap();
    for ch in '\0'..=char::MAX {
        let text = format!("{ch}x{ch}");
        let found = built.literals.find(&pools, Plain::new(text.as_bytes(), 0, text.len()), 0, None);
        let own = ch == 'x';
        assert_eq!(found.is_none(), word.is_match(ch.encode_utf8(&mut [0; 4])) || own, "{ch:?}");
        let text = "x";
        let found = built.literals.find(&pools, Plain::new(text.as_bytes(), 0, 1), 0, Some(ch));
        assert_eq!(found.is_none(), word.is_match(ch.encode_utf8(&mut [0; 4])), "{ch:?}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
    fn name(&mut self) -> String {
        const PARTS: [&str; 24] = [
            "an", "bel", "chris", "da", "el", "fre", "gor", "han", "is", "jo", "ka", "lin", "mar", "na",
            "ol", "pe", "ri", "son", "ti", "va", "é", "ö", "ski", "ß",
        ];
        let mut out = String::new();
        for word in 0..1 + self.below(2) {
            out.push_str(if word > 0 { " " } else { "" });
            for part in 0..2 + self.below(3) {
                let text = PARTS[self.below(PARTS.len())];
                if part == 0 {
                    let mut chars = text.chars();
                    out.extend(chars.next().into_iter().flat_map(char::to_uppercase).take(1));
                    out.push_str(chars.as_str());
                } else {
                    out.push_str(text);
                }
            }
        }
        out
    }
}

/// The definition, with a hash map: no trie, no filter, no symbols.
fn plain_search(orders: &HashMap<String, usize>, whole_word: bool, text: &str) -> Vec<Span> {
    let word = |ch: Option<char>| ch.is_some_and(|ch| ch.is_alphanumeric() || ch == '_');
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let fits = |end: &usize| {
            !whole_word || !word(text[..at].chars().next_back()) && !word(text[*end..].chars().next())
        };
        let best = text[at..]
            .char_indices()
            .map(|(i, ch)| at + i + ch.len_utf8())
            .take(40)
            .filter(fits)
            .filter_map(|end| orders.get(&fold(&text[at..end])).map(|order| (order, end)))
            .min();
        match best {
            Some((_, end)) => {
                found.push(Span::new(at, end));
                at = end;
            }
            None => at += text[at..].chars().next().unwrap().len_utf8(),
        }
    }
    found
}

fn fold(text: &str) -> String {
    text.chars().flat_map(|ch| ch.to_lowercase().take(1)).collect()
}

#[test]
fn a_hundred_thousand_names() {
    let mut random = Random(42);
    let names: Vec<String> = (0..100_000).map(|_| random.name()).collect();
    let mut text = String::new();
    while text.len() < 60_000 {
        let name = &names[random.below(names.len())];
        let name = if random.below(3) == 0 { name.to_uppercase() } else { name.clone() };
        text.extend(name.chars().take(random.below(30)));
        text.push_str([" ", ", ", "", "the ", "é"][random.below(5)]);
    }
    let mut orders = HashMap::new();
    for (order, name) in names.iter().enumerate() {
        orders.entry(fold(name)).or_insert(order);
    }
    for whole_word in [false, true] {
        let (built, pools) = compile(&names, true, whole_word);
        let found = all(&built, &pools, Plain::new(text.as_bytes(), 0, text.len()));
        assert!(found.len() > 500);
        assert_eq!(found, plain_search(&orders, whole_word, &text));
        assert!(built.duplicate.is_some());
        assert!(pools.u32s.len() * 4 + pools.u16s.len() * 2 < 5 << 20);
    }
}

#[test]
fn order_decides_among_literals_at_one_place() {
    let find = |literals: &[&str], whole_word, text: &str| {
        let (built, pools) = compile(literals, false, whole_word);
        let span = built.literals.find(&pools, Plain::new(text.as_bytes(), 0, text.len()), 0, None);
        span.map(|span| text[span.start..span.end].to_owned())
    };
    assert_eq!(find(&["ab", "abc", "a"], false, "xabc").as_deref(), Some("ab"));
    assert_eq!(find(&["ab", "abc", "a"], true, "x abc").as_deref(), Some("abc"));
    assert_eq!(find(&["ab c", "ab", "ab c d"], true, "ab c d").as_deref(), Some("ab c"));
    assert_eq!(find(&["ab c", "ab"], true, "ab cd").as_deref(), Some("ab"));
    assert_eq!(find(&["-a"], true, "b-a").as_deref(), None);
    assert_eq!(find(&["-a"], true, "b -a").as_deref(), Some("-a"));
    assert_eq!(find(&["a-"], true, "a-b").as_deref(), None);
}

fn refused(literals: &[&str]) -> LiteralsError {
    build(literals.iter().copied(), false, false, &mut PoolBuilder::default()).unwrap_err()
}

#[test]
fn limits_hold_and_say_their_names() {
    assert_eq!(refused(&[]), LiteralsError::None);
    assert_eq!(refused(&["a", ""]), LiteralsError::Empty { index: 1 });
    let (fits, long) = ("é".repeat(limits::LENGTH), "é".repeat(limits::LENGTH + 1));
    let error = refused(&["a", &fits, &long]);
    assert_eq!(error, LiteralsError::TooLong { index: 2 });
    assert_eq!(
        error.to_string(),
        "the literal has too many characters (limit literals.length: 1024), at index 2"
    );
    let (built, pools) = compile(&[&fits], false, false);
    let text = format!("x{fits}");
    let found = all(&built, &pools, Plain::new(text.as_bytes(), 0, text.len()));
    assert_eq!(found, [Span::new(1, text.len())]);

    let mut pools = PoolBuilder::default();
    let numbers: Vec<String> = (0..limits::COUNT).map(|i| i.to_string()).collect();
    let all_numbers = numbers.iter().map(String::as_str);
    assert!(build(all_numbers.clone(), true, true, &mut pools).is_ok());
    let error = build(all_numbers.chain(["x"]), true, true, &mut pools).unwrap_err();
    assert_eq!((error, error.limit()), (LiteralsError::TooMany, Some("literals.count")));

    let distinct: Vec<String> = ('\u{1000}'..).take(limits::CHARACTERS + 1).map(String::from).collect();
    let distinct: Vec<&str> = distinct.iter().map(String::as_str).collect();
    let (built, pools) = compile(&distinct[..limits::CHARACTERS], false, false);
    let last = distinct[limits::CHARACTERS - 1].as_bytes();
    assert!(built.literals.find(&pools, Plain::new(last, 0, last.len()), 0, None).is_some());
    assert_eq!(refused(&distinct), LiteralsError::TooManyCharacters { index: limits::CHARACTERS });

    let large = vec![fits.as_str(); limits::TOTAL / limits::LENGTH + 1];
    assert!(build(large[1..].iter().copied(), false, false, &mut PoolBuilder::default()).is_ok());
    assert_eq!(refused(&large), LiteralsError::TooLarge { index: large.len() - 1 });
}

#[test]
fn duplicates_are_named() {
    let duplicate = |literals: &[&str], ignore_case| compile(literals, ignore_case, false).0.duplicate;
    assert_eq!(duplicate(&["b", "a", "B", "a", "b"], false), Some((3, 1)));
    assert_eq!(duplicate(&["b", "a", "B", "a", "b"], true), Some((2, 0)));
    assert_eq!(duplicate(&["b", "B"], false), None);
}

#[test]
fn needs() {
    let need = |literals: &[&str], ignore_case| compile(literals, ignore_case, false).0.need;
    let set = |chars: &str| chars.bytes().fold(0_u128, |set, c| set | 1 << c);
    assert_eq!(need(&["Falcon"], false), Need::new(set("F"), false, 1));
    assert_eq!(need(&["k"], true), Need::new(set("kK"), true, 1));
    assert_eq!(need(&["ſ"], true), Need::new(set("sS"), true, 1));
    assert_eq!(need(&["ſ"], false), Need::new(0, true, 1));
    assert_eq!(need(&["4000-1234", "5000"], false), Need::new(set("012345"), false, 4));
    assert_eq!(need(&["a@b.example", "c@d.example"], false), Need::new(set("@"), false, 1));
}

#[test]
fn files() {
    let text = "\u{feff}# names\r\nFalcon\r\n\r\n\\#tag\n a b \n\\n\n#x\n\\\\#\nlast";
    let literals = ["Falcon", "#tag", " a b ", "\\n", "\\\\#", "last"];
    assert_eq!(file::parse(text.as_bytes()).unwrap(), literals);
    let lines: Vec<_> = (0..7).map(|i| file::line_of(text.as_bytes(), i)).collect();
    assert_eq!(lines, [Some(2), Some(4), Some(5), Some(6), Some(8), Some(9), None]);
    assert_eq!(file::parse(b"").unwrap(), [""; 0]);
    assert_eq!(file::parse(b"a\nb\xff\n").unwrap_err().line, 2);
}
