//! Build time, memory and speed of sets of literals: `cargo run --release -p spanmask --example literals_size`.

use spanmask::literals::{Built, build};
use spanmask_core::table::{PoolBuilder, Pools};
use spanmask_core::view::{Escaped, Plain, Text};
use std::hint::black_box;
use std::time::Instant;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
    fn word(&mut self, parts: usize) -> String {
        const CONSONANTS: [&str; 24] = [
            "b", "c", "ch", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z",
            "st", "br", "th", "sch", "nd",
        ];
        const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ie", "ou", "é"];
        (0..parts).map(|_| [CONSONANTS[self.below(24)], VOWELS[self.below(8)]].concat()).collect()
    }
    fn name(&mut self) -> String {
        let (first, last) = (2 + self.below(2), 2 + self.below(3));
        [capital(&self.word(first)), capital(&self.word(last))].join(" ")
    }
    /// Words of the same syllables as the names, and some of everyday English.
    fn text(&mut self, len: usize) -> String {
        const ENGLISH: &str = "the user asked for a summary of this document, and the assistant answers: \
            please find below what was requested by your customer on Monday. Value 1234 is not known";
        let english: Vec<&str> = ENGLISH.split(' ').collect();
        let mut text = String::new();
        while text.len() < len {
            if self.below(5) == 0 {
                let parts = 1 + self.below(4);
                text.push_str(&capital(&self.word(parts)));
            } else {
                text.push_str(english[self.below(english.len())]);
            }
            text.push(' ');
        }
        text
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn main() {
    let mut random = Random(7);
    let names: Vec<String> = (0..1_000_000).map(|_| random.name()).collect();
    let chars: usize = names.iter().map(|name| name.chars().count()).sum();
    println!("average name: {:.1} characters, such as {:?}", chars as f64 / names.len() as f64, &names[..3]);
    let text = random.text(8 << 20);
    println!("    names  case  word   build s  memory MB  matches  plain MB/s  escaped MB/s  need");
    let counts: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let counts = if counts.is_empty() { vec![10, 1_000, 100_000, 1_000_000] } else { counts };
    for count in counts {
        for (ignore_case, whole_word) in [(false, false), (true, false), (true, true)] {
            let mut pools = PoolBuilder::default();
            let started = Instant::now();
            let set = names[..count].iter().map(String::as_str);
            let built = build(set, ignore_case, whole_word, &mut pools).expect("a set within the limits");
            let pools = pools.finish();
            let seconds = started.elapsed().as_secs_f64();
            let memory = pools.u8s.len() + pools.u16s.len() * 2 + pools.u32s.len() * 4;
            let (matches, plain) = search(&built, &pools, Plain::new(text.as_bytes(), 0, text.len()));
            let (_, escaped) = search(&built, &pools, Escaped::new(text.as_bytes(), 0, text.len(), 2));
            println!(
                "{count:9}  {:4}  {:4}  {seconds:8.4}  {:9.2}  {matches:7}  {plain:10.0}  {escaped:12.0}  {} of {}",
                if ignore_case { "no" } else { "yes" },
                if whole_word { "yes" } else { "no" },
                memory as f64 / 1e6,
                built.need.at_least,
                built.need.ascii.get().count_ones(),
            );
        }
    }
    if std::env::args().len() == 1 {
        hostile();
    }
}

fn hostile() {
    let literal = ["a".repeat(1023), "b".into()].concat();
    let mut pools = PoolBuilder::default();
    let built = build([literal.as_str()], false, false, &mut pools).expect("a set within the limits");
    let text = "a".repeat(1 << 20);
    let (_, speed) = search(&built, &pools.finish(), Plain::new(text.as_bytes(), 0, text.len()));
    println!("aaaa… against 1,023 a and b: {speed:.1} MB/s");
}

/// How many matches there are, and the best MB/s of three runs.
fn search<T: Text>(built: &Built, pools: &Pools<'_>, text: T) -> (usize, f64) {
    let mut best = (0, 0.0);
    for _ in 0..3 {
        let started = Instant::now();
        let (mut matches, mut at) = (0, text.start());
        // Names end in word characters, so what stands in front of the next search is one.
        let mut before = None;
        while let Some(span) = black_box(built).literals.find(pools, text, at, before) {
            (matches, at, before) = (matches + 1, span.end, Some('a'));
        }
        let speed = (text.end() - text.start()) as f64 / started.elapsed().as_secs_f64() / 1e6;
        best = (matches, speed.max(best.1));
    }
    best
}
