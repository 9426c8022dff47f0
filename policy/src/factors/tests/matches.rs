//! Random matches of many patterns, spelled as JSON: each must show a factor where its search looks for one.

use super::super::{Shown, Wanted, confirm, of_literals, parts_of, shown, stops};
use crate::automata;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use spanmask_core::factor::{Automaton, Factors, Groups, Reach, Stops, Watch, ends_escape};
use spanmask_core::matcher::Matcher;
use spanmask_core::policy::{Fences, Search};
use spanmask_core::prefilter::Need;
use spanmask_core::span::Types;
use spanmask_core::table::{PoolBuilder, Pools};
use spanmask_core::validate::Validator;

const PATTERNS: &[&str] = &[
    r"(?:foo|ba[rz]|quux)+\d",
    r"(?:a|bc|def)(?:g|hi)?jklm",
    r"\bsecret\b",
    r"\B-x\d{3}",
    r"(?i)kelvin Straße",
    r"(?i-u:token)[=:]\s?\w{4,}",
    r"^id-\d+$",
    r"(?m)^user: \w+$",
    r"(?:^|[^a-z])key\s*=\s*\S+",
    r"[\w.-]+@[a-z]+\.[a-z]{2,}",
    r"\p{Greek}{3,}!",
    r"\p{Lu}\p{Ll}+,\d",
    r"日本|中国語|한국",
    r"(?:é|è|ê|e)t[éÉ]\d\d",
    r"[\u{10000}-\u{10FFFF}]{2}x",
    r#""name":\s*"[a-z]+""#,
    r"a\\b\\c",
    r"https?://[a-z]+/[a-z]*",
    r"[/\\]home[/\\]\w+",
    r"\n\n-- \w+",
    r"\t{2}x{2,5}y",
    r"x?y?z?w\d{2}",
    r"(?:\d{3}-)?\d{3}-\d{4}",
    r"\d{1,3}(?:\.\d{1,3}){3}",
    r"[0-9a-f]{8}-[0-9a-f]{4}",
    r"(?:[A-Z]{2}\d{2}|X-)\s?\d{4}",
    r"\$[0-9]{1,6}(?:\.[0-9]{2})?",
    r"(?:ab){2,4}c",
    r"[^\x00-\x7F]{2}\d",
    r"(?-u:\b)\d{9}(?-u:\b)",
    r"\b\d{4}[-\s]?\d{4}\b",
    r"\b{start}Q\w+z",
    r"q\b{end}\W+z",
    r"\b{start-half}#tag",
    r"(?s:.)ZZ(?s:.)",
    r".{0,6}SSS",
    r"(?:.*: )?END\d",
    r"(?:(?:a|b|c|d)(?:1|2|3)?){3,}#",
    r"(?:[a-z]{2,9} ){1,3}Zq",
    r"(?U)a+b+c",
    r"\b[\w.-]+?@\w+?\.\w+?\b",
    r"[A-Za-z]*\d{2}%",
    r"(?:|x)yyy|()zzzz",
    r"A(?:B|C(?:D|E(?:F|G)))H",
];

/// Literals, whether case is ignored, and whether they are whole words.
const SETS: &[(&[&str], bool, bool)] = &[
    (&["Jane Doe", "J. Roe"], false, true),
    (&["kiss", "Straße", "ΣΊΣ"], true, false),
    (&["a/b\"c", "x\\y\nz"], false, false),
    (&["日本太郎", "Zoë"], true, true),
];

/// Numbers: `^` is where one begins.
const BARE: &[&str] = &[r"^[0-9]{13,19}$", r"(?-u:\b)[0-9]{3}\.?[0-9]{2}\.?[0-9]{4}(?-u:\b)", r"^-?\d\d\d5"];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound.max(1)
    }
}

fn sample(hir: &Hir, random: &mut Random, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).expect("UTF-8")),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
            // Half of them from the first few ranges, where ASCII is.
            let bound = if random.below(2) == 0 { ranges.len().min(4) } else { ranges.len() };
            let (start, end) = ranges[random.below(bound)];
            let span = u32::from(end) - u32::from(start) + 1;
            let span = if random.below(2) == 0 { span.min(95) } else { span };
            let offset = random.below(span as usize) as u32;
            out.extend(char::from_u32(u32::from(start) + offset).or(Some(start)));
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
            let (start, end) = ranges[random.below(ranges.len())];
            out.push(char::from(start + random.below(usize::from(end - start) + 1) as u8));
        }
        HirKind::Capture(capture) => sample(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, random, out)),
        HirKind::Alternation(parts) => sample(&parts[random.below(parts.len())], random, out),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min + 1 + random.below(9) as u32);
            let count = repetition.min + random.below((most - repetition.min + 1) as usize) as u32;
            (0..count).for_each(|_| sample(&repetition.sub, random, out));
        }
    }
}

fn around(random: &mut Random) -> String {
    const PIECES: &[&str] = &[
        "", "", "", " ", "x", "9", "_", "-", ".", ":", "/", "\"", "\\", "\\n", "\n", "\t", "é", "日", "𝔸",
        "@", "+", "(", "0", "%", "Z", "，", "١", ",", "#",
    ];
    (0..random.below(4)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

/// The raw bytes of a character behind `level` levels of escapes; `None` if it takes a `\u`.
fn spelled(ch: char, level: usize, slashes: bool) -> Option<String> {
    let mut raw = if slashes && ch == '/' { r"\/".to_owned() } else { escaped(&ch.to_string()) };
    for _ in 1..level {
        raw = escaped(&raw);
    }
    (!raw.contains(r"\u00")).then_some(raw)
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a string");
    quoted[1..quoted.len() - 1].to_owned()
}

/// A text in raw bytes, and where each of its characters begins.
struct Spelled {
    raw: Vec<u8>,
    starts: Vec<usize>,
    end: usize,
    bare: bool,
}

fn spell(text: &str, random: &mut Random, bare: bool) -> Option<Spelled> {
    let (level, slashes) = (1 + random.below(3), random.below(2) == 0);
    let front: &[u8] = if bare { &b":,[ \n\t\r\""[random.below(8)..][..1] } else { b"\"" };
    let mut spelled_text = Spelled { raw: [b"x\\", front].concat(), starts: Vec::new(), end: 0, bare };
    for ch in text.chars() {
        spelled_text.starts.push(spelled_text.raw.len());
        spelled_text.raw.extend(spelled(ch, level, slashes)?.bytes());
    }
    spelled_text.end = spelled_text.raw.len();
    spelled_text.raw.extend(if bare { b"}" } else { b"\"" });
    spelled_text.raw.extend((0..8).map(|_| random.below(256) as u8));
    Some(spelled_text)
}

/// Whether a match of these characters shows a factor within reach.
fn shows(
    text: &str,
    range: std::ops::Range<usize>,
    spelled: &Spelled,
    factors: &Factors,
    watch: &Watch<'_>,
) -> bool {
    let lanes = watch.lanes();
    let first = text[..range.start].chars().count();
    for (offset, ch) in text[range.clone()].chars().enumerate() {
        let at = spelled.starts[first + offset];
        let raw = &spelled.raw[at - 1..];
        // What stands in front is an escape, or nothing that lane 0 must know.
        let behind_escape = first + offset > 0 && ends_escape(raw[0]) && spelled.raw[at - 2] == b'\\';
        let lane_0 = if behind_escape { u32::MAX } else { lanes.at(0, raw[0]) };
        let groups = (1..5).fold(lane_0, |groups, lane| groups & lanes.at(lane, raw[lane]));
        if groups & factors.groups != 0 && goes_on(spelled, at, groups & factors.groups, watch) {
            return true;
        }
        let goes_on = match factors.reach {
            Reach::Chars(most, _) => offset < usize::from(most),
            Reach::Run(run) if ch.is_ascii() => run.ascii.get() >> ch as u32 & 1 == 1,
            Reach::Run(run) => run.wide,
        };
        if !goes_on {
            return false;
        }
    }
    false
}

/// Whether a match goes on at a place, for all who look: those who know where the text ends, and those who see its quote.
fn goes_on(spelled: &Spelled, at: usize, groups: Groups, watch: &Watch<'_>) -> bool {
    let byte = |offset: isize| spelled.raw.get(at.wrapping_add_signed(offset)).copied().unwrap_or(b' ');
    let begins = |back: isize| at == spelled.starts[0] + back as usize;
    let fronts = watch.lanes().fronts_where(begins, byte);
    let text = &spelled.raw[at..spelled.end];
    watch.follow.left(groups, fronts, text) != 0
        && match spelled.bare {
            true => watch.follow.any_left_bare(groups, fronts, text),
            false => {
                let fronts = watch.lanes().fronts(byte);
                watch.follow.left_in_string(groups, fronts, &spelled.raw[at..]) != 0
            }
        }
}

/// Checks random matches, and says how many there were.
fn check(pattern: &str, bare: bool, random: &mut Random, tables: &[(Factors, Watch<'_>)]) -> usize {
    let regex = Regex::new(pattern).expect("pattern");
    let hir = regex_syntax::parse(pattern).expect("pattern");
    let mut matches = 0;
    for _ in 0..400 {
        let mut text = around(random);
        sample(&hir, random, &mut text);
        text.push_str(&around(random));
        let Some(spelled) = spell(&text, random, bare) else { continue };
        let mut from = 0;
        while let Some(found) = regex.find_at(&text, from) {
            matches += 1;
            for (factors, watch) in tables {
                assert!(
                    shows(&text, found.range(), &spelled, factors, watch),
                    "{pattern}: {:?} in {text:?} as {:?}",
                    found.as_str(),
                    spelled.raw.escape_ascii().to_string()
                );
            }
            from = found.start() + text[found.start()..].chars().next().map_or(1, char::len_utf8);
            if from > text.len() {
                break;
            }
        }
    }
    matches
}

fn wanted(shown: Option<Shown>, bare: bool) -> Wanted {
    Wanted { shown, bare, ..Wanted::default() }
}

/// Searches, and the tables that they watch with.
struct Tables {
    searches: Vec<Search>,
    stops: Stops,
    ahead: Vec<Automaton>,
    pools: Pools<'static>,
}

impl Tables {
    fn of(searches: &[(String, bool, Shown)]) -> Self {
        let mut pools = PoolBuilder::default();
        let search = |(pattern, bare, _): &(String, bool, Shown)| {
            let built = automata::build(&[pattern], false, automata::Limits::default(), &mut pools);
            let built = built.expect("pattern");
            let search = Search {
                rule: 0,
                validator: Validator::None,
                types: if *bare { Types::NUMBER } else { Types::STRING },
                condition: Search::ANYWHERE,
                need: Need::NOTHING,
                need_index: u8::MAX,
                fences: Fences::None,
                factors: Factors::default(),
                matcher: Matcher::Pattern(built.dfa),
            };
            (search, built.anchored)
        };
        let (mut all, anchored): (Vec<Search>, Vec<_>) = searches.iter().map(search).unzip();
        let wanted: Vec<_> =
            searches.iter().map(|(_, bare, shown)| wanted(Some(shown.clone()), *bare)).collect();
        let (factors, mut stops, owners) = stops(&wanted);
        all.iter_mut().zip(factors).for_each(|(search, factors)| search.factors = factors);
        let ahead;
        (stops.confirm, ahead) = confirm(&all, &anchored, &stops.lanes, &owners, &mut pools);
        Self { searches: all, stops, ahead, pools: pools.finish() }
    }

    fn of_search(&self, search: usize) -> (Factors, Watch<'_>) {
        (self.searches[search].factors, self.stops.watch(&self.ahead, &self.pools))
    }
}

/// Each alone, then all in common groups.
fn check_all(searches: &[(String, bool, Shown)]) {
    let random = &mut Random(0x5eed);
    let common = Tables::of(searches);
    let mut total = 0;
    for (i, search) in searches.iter().enumerate() {
        let own = Tables::of(std::slice::from_ref(search));
        let (pattern, bare, _) = search;
        assert!(own.searches[0].factors.groups != 0 && !own.stops.everywhere, "{pattern}");
        let matches = check(pattern, *bare, random, &[own.of_search(0), common.of_search(i)]);
        assert!(matches > 20, "{pattern}: only {matches} matches");
        total += matches;
    }
    assert!(total > 5000, "only {total} matches");
}

#[test]
fn every_match_shows_a_factor_and_goes_on() {
    let detectors = crate::detectors::all().iter().flat_map(|detector| detector.searches);
    let detectors = detectors.map(|search| (search.pattern, false));
    let patterns = PATTERNS.iter().map(|pattern| (*pattern, false));
    let bare = BARE.iter().map(|pattern| (*pattern, true));
    let searches: Vec<_> = detectors
        .chain(patterns)
        .chain(bare)
        .filter_map(|(pattern, bare)| {
            let hir = regex_syntax::parse(pattern).expect("pattern");
            // Those too that tell too little for use.
            let shown = parts_of(&hir, bare).and_then(|parts| shown(parts, f64::MAX));
            if shown.is_none() {
                println!("no factor: {pattern}");
            }
            Some((pattern.to_owned(), bare, shown?))
        })
        .collect();
    check_all(&searches);
}

#[test]
fn every_match_of_a_literal_shows_a_factor() {
    let searches: Vec<_> = SETS
        .iter()
        .map(|(literals, ignore_case, whole_word)| {
            let shown =
                of_literals(literals.iter().copied(), *ignore_case, *whole_word, false).expect("factors");
            let literals: Vec<String> = literals.iter().map(|literal| regex::escape(literal)).collect();
            let (case, start, end) = (
                if *ignore_case { "(?i)" } else { "" },
                if *whole_word { r"\b{start-half}" } else { "" },
                if *whole_word { r"\b{end-half}" } else { "" },
            );
            (format!("{case}{start}(?:{}){end}", literals.join("|")), false, shown)
        })
        .collect();
    for _ in 0..5 {
        check_all_of(&searches);
    }
}

fn check_all_of(searches: &[(String, bool, Shown)]) {
    let repeated: Vec<_> = searches.iter().cycle().take(searches.len() * 8).cloned().collect();
    check_all(&repeated);
}
