//! Searches whose matches look alike share a group, of which there are few.

use crate::automata::{Chars, Shown};
use spanmask_core::near::{FRONT, Fronts, GROUPS, Near};

/// Characters at each place of a front.
type Front = [Chars; FRONT];

/// A front that says less than this (places tried, of all places) is not worth a pass.
const TELLS: f64 = 0.3;

/// How a search may be found, before groups are numbered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    front: Front,
    near: Near,
}

/// The better way to look for a search: by the front of its matches, or around a character.
pub(crate) fn candidate(shown: Option<&Shown>) -> Option<Candidate> {
    let shown = shown?;
    let start = Candidate { front: shown.front, near: Near::Start(0) };
    let mut around = None;
    if let Some((chars, run)) = shown.around {
        let mut front = [Chars::ALL; FRONT];
        front[0] = chars;
        around = Some(Candidate { front, near: Near::Around(0, run) });
    }
    let best = [Some(start), around].into_iter().flatten().min_by(|a, b| a.share().total_cmp(&b.share()));
    best.filter(|candidate| candidate.share() < TELLS)
}

impl Candidate {
    /// A guess at the share of places that are tried.
    fn share(&self) -> f64 {
        share(&self.front)
    }
}

fn share(front: &Front) -> f64 {
    front.iter().map(|chars| chars.frequency()).product()
}

fn union(a: &Front, b: &Front) -> Front {
    let mut both = *a;
    both.iter_mut().zip(b).for_each(|(mine, theirs)| *mine = mine.union(*theirs));
    both
}

/// Numbers the groups of `candidates`, one a search, and says what the bytes tell about each group.
pub(crate) fn groups(candidates: &[Option<Candidate>]) -> (Vec<Near>, Fronts) {
    let mut groups: Vec<(Front, Vec<usize>)> = Vec::new();
    for (i, candidate) in candidates.iter().enumerate() {
        let Some(candidate) = candidate else { continue };
        match groups.iter_mut().find(|(front, _)| *front == candidate.front) {
            Some((_, members)) => members.push(i),
            None => groups.push((candidate.front, vec![i])),
        }
    }
    while groups.len() > GROUPS {
        merge_cheapest(&mut groups);
    }
    let mut near = vec![Near::Anywhere; candidates.len()];
    let mut fronts = Fronts::none();
    for (group, (front, members)) in groups.iter().enumerate() {
        write(&mut fronts, group, front);
        for &member in members {
            near[member] = match candidates[member].map(|candidate| candidate.near) {
                Some(Near::Start(_)) => Near::Start(group as u8),
                Some(Near::Around(_, run)) => Near::Around(group as u8, run),
                _ => Near::Anywhere,
            };
        }
    }
    (near, fronts)
}

/// Puts the two groups together of which that makes the fewest more places to try.
fn merge_cheapest(groups: &mut Vec<(Front, Vec<usize>)>) {
    let cost = |a: &(Front, Vec<usize>), b: &(Front, Vec<usize>)| {
        let both = share(&union(&a.0, &b.0)) * (a.1.len() + b.1.len()) as f64;
        both - share(&a.0) * a.1.len() as f64 - share(&b.0) * b.1.len() as f64
    };
    let pairs = (0..groups.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let best =
        pairs.min_by(|x, y| cost(&groups[x.0], &groups[x.1]).total_cmp(&cost(&groups[y.0], &groups[y.1])));
    if let Some((a, b)) = best {
        let (front, members) = groups.swap_remove(b);
        groups[a].0 = union(&groups[a].0, &front);
        groups[a].1.extend(members);
    }
}

fn write(fronts: &mut Fronts, group: usize, front: &Front) {
    for (lane, chars) in front.iter().enumerate() {
        let bit = 1_u64 << (lane * GROUPS + group);
        for byte in 0..0x80_u8 {
            if chars.ascii >> byte & 1 == 1 {
                fronts.fronts[usize::from(byte)] |= bit;
            }
            if chars.leads >> byte & 1 == 1 {
                fronts.fronts[usize::from(byte) | 0x80] |= bit;
                fronts.opaque[usize::from(byte) | 0x80] |= 1 << group;
            }
        }
        if chars.has_short_escape() {
            fronts.fronts[usize::from(b'\\')] |= bit;
            fronts.opaque[usize::from(b'\\')] |= 1 << group;
        }
    }
}
