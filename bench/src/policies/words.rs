//! Names for lists of literals: made up from syllables, so that many share their beginnings with words of a text.

use crate::inputs::rng::Rng;

/// Names that the captured bodies hold.
const PRESENT: [&str; 6] =
    ["Adam Gregory", "Adam Kaczmar", "Adam Sankiewicz", "Adrian Pindor", "Bethany Mack", "Crystal Perez"];

const SYLLABLES: [&str; 40] = [
    "an", "be", "ca", "da", "el", "fi", "ga", "ha", "in", "jo", "ka", "le", "mar", "no", "or", "pe", "qui",
    "ro", "sa", "ter", "ul", "vi", "wen", "xa", "yo", "za", "bri", "cla", "dor", "fen", "gre", "hol", "kin",
    "lan", "mon", "nas", "pri", "sto", "tha", "vel",
];

/// `count` names, one a line; the first thousand are the same whatever the count.
pub(super) fn lines(count: usize) -> String {
    let mut rng = Rng::new(0xb0b);
    let mut lines: Vec<String> = PRESENT.into_iter().take(count).map(str::to_owned).collect();
    while lines.len() < count {
        lines.push(match rng.once_in(3) {
            true => name(&mut rng),
            false => format!("{} {}", name(&mut rng), name(&mut rng)),
        });
    }
    lines.join("\n")
}

fn name(rng: &mut Rng) -> String {
    let count = rng.between(2, 4);
    let mut name: String = (0..count).map(|_| rng.pick(&SYLLABLES)).collect();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
