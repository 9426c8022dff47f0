//! What every literal of a set holds, for prefilters.

use super::folding::Folding;
use spanmask_core::prefilter::Need;

/// What a set of characters is worth as a need.
trait Weigh {
    fn union(self, other: Self) -> Self;
    fn within(self, other: Self) -> bool;
    fn worth(self) -> f64;
}

impl Weigh for Need {
    fn union(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, wide: self.wide || other.wide, ..self }
    }

    fn within(self, other: Self) -> bool {
        self.ascii & !other.ascii == 0 && (!self.wide || other.wide)
    }

    /// How surprising it is that ordinary text meets the need: more is better.
    fn worth(self) -> f64 {
        let share: f64 = (0..128)
            .filter(|c| self.ascii.get() >> c & 1 == 1)
            .map(|c| f64::from(share(c as u8)))
            .chain(self.wide.then_some(WIDE))
            .sum();
        // Many characters are hardly rarer than one in a long text, but rarer in one place.
        f64::from(self.at_least).sqrt() * -(share / 1000.0).min(1.0).log2()
    }
}

/// How many of 1,000 characters lie beyond ASCII.
const WIDE: f64 = 40.0;

/// How many of 1,000 characters of JSON with chat in it are this one, roughly.
fn share(ch: u8) -> f32 {
    match ch {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' => 55.0,
        b's' | b'r' | b'h' | b'l' | b'd' => 35.0,
        b'c' | b'u' | b'm' | b'f' | b'p' | b'g' => 20.0,
        b'w' | b'y' | b'b' | b'v' => 13.0,
        b'k' => 6.0,
        b'a'..=b'z' => 2.0,
        b' ' => 140.0,
        b'0'..=b'9' => 8.0,
        b'A'..=b'Z' => 3.0,
        b'"' | b'\\' => 40.0,
        b',' | b'.' | b':' | b'-' | b'_' => 10.0,
        b'\n' | b'/' | b'(' | b')' | b'\'' => 4.0,
        0..=0x1f | 0x7f => 0.1,
        _ => 1.5,
    }
}

/// Sets to count in, besides the rarest character of each literal.
const SETS: [Need; 9] = [
    set(b"0123456789", false),
    set(b"@", false),
    set(b"!#$%&'()*+,-./:;<=>?@[]^_`{|}~", false),
    set(b"!#$%&'()*+,-./:;<=>?@[]^_`{|}~0123456789", false),
    set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", false),
    set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", false),
    set(b" ", false),
    set(b"", true),
    Need::new(!CONTROL, true, 0),
];

/// JSON writes these characters as escapes whose bytes are others (`\n`), so no need may name them.
const CONTROL: u128 = 0xffff_ffff;

const fn set(chars: &[u8], wide: bool) -> Need {
    let mut ascii = 0;
    let mut i = 0;
    while i < chars.len() {
        ascii |= 1 << chars[i];
        i += 1;
    }
    Need::new(ascii, wide, 0)
}

/// Collects what the literals hold.
pub(super) struct Needs {
    /// For each symbol the characters that it stands for.
    orbits: Vec<Need>,
    /// For each symbol which of `SETS` hold it, as bits.
    members: Vec<u16>,
    worths: Vec<f64>,
    counts: [usize; SETS.len()],
    used: [Need; SETS.len()],
    rarest: Need,
}

impl Needs {
    pub(super) fn new(folding: &Folding) -> Self {
        let orbits: Vec<Need> = folding.orbits().iter().map(|orbit| of_orbit(orbit)).collect();
        let member = |orbit: &Need| {
            (0..SETS.len()).filter(|&i| orbit.within(SETS[i])).fold(0, |bits, i| bits | 1 << i)
        };
        Self {
            members: orbits.iter().map(member).collect(),
            worths: orbits.iter().map(|orbit| orbit.worth()).collect(),
            orbits,
            counts: [usize::MAX; SETS.len()],
            used: [Need::default(); SETS.len()],
            rarest: Need { at_least: 1, ..Need::default() },
        }
    }

    /// Takes one literal into account.
    pub(super) fn add(&mut self, literal: &[u16]) {
        let mut counts = [0; SETS.len()];
        for &symbol in literal {
            let symbol = usize::from(symbol) - 1;
            for (i, count) in counts.iter_mut().enumerate() {
                if self.members[symbol] >> i & 1 == 1 {
                    *count += 1;
                    self.used[i] = self.used[i].union(self.orbits[symbol]);
                }
            }
        }
        for (least, count) in self.counts.iter_mut().zip(counts) {
            *least = count.min(*least);
        }
        let usable = |symbol: &&u16| self.orbits[usize::from(**symbol) - 1].ascii & CONTROL == 0;
        if !literal.iter().any(|symbol| usable(&symbol)) {
            self.rarest = Need::NOTHING;
        }
        let worth = |symbol: &u16| self.worths[usize::from(*symbol) - 1];
        let known = |symbol: &&u16| self.orbits[usize::from(**symbol) - 1].within(self.rarest);
        if !literal.iter().any(|symbol| known(&symbol))
            && let Some(&symbol) = literal.iter().filter(usable).max_by(|a, b| worth(a).total_cmp(&worth(b)))
        {
            self.rarest = self.rarest.union(self.orbits[usize::from(symbol) - 1]);
        }
    }

    /// The need that says most.
    pub(super) fn best(&self) -> Need {
        let counted = self.used.iter().zip(self.counts);
        counted
            .map(|(used, count)| Need { at_least: count.min(255) as u8, ..*used })
            .chain([self.rarest])
            .max_by(|a, b| a.worth().total_cmp(&b.worth()))
            .unwrap_or_default()
    }
}

fn of_orbit(orbit: &[char]) -> Need {
    orbit.iter().fold(Need { at_least: 1, ..Need::default() }, |need, &ch| {
        if ch.is_ascii() {
            Need { ascii: need.ascii | 1 << ch as u32, ..need }
        } else {
            Need { wide: true, ..need }
        }
    })
}
