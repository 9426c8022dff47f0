//! Factors that look alike share a group, of which there are few.

use super::Offsets;
use super::lanes::{Window, exactly, roughly, union};
use std::collections::BTreeMap;

/// More clusters than this are put together as they come: the work for each factor stays bounded.
const OPEN: usize = 256;

/// Factors that were put together, and whose they are.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) window: Window,
    /// The same of those that look at numbers or booleans.
    pub(super) bare: Option<Window>,
    /// With how far before the factor matches of theirs may begin.
    pub(super) owners: BTreeMap<usize, Offsets>,
    exactly: f64,
    roughly: f64,
}

impl Cluster {
    fn new(window: Window, bare: Option<Window>, owners: BTreeMap<usize, Offsets>) -> Self {
        Self { window, bare, owners, exactly: exactly(&window), roughly: roughly(&window) }
    }
}

/// Clusters, and what it costs to put two of them together.
#[derive(Default)]
pub(super) struct Clusters {
    all: Vec<Cluster>,
    /// `costs[b][a]` for `a < b`.
    costs: Vec<Vec<f64>>,
}

impl Clusters {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn into_vec(self) -> Vec<Cluster> {
        self.all
    }

    pub(super) fn add(&mut self, window: Window, owner: usize, offsets: Offsets, bare: bool) {
        let of_bare = bare.then_some(window);
        if let Some(known) = self.all.iter().position(|cluster| cluster.window == window) {
            self.all[known].bare = self.all[known].bare.or(of_bare);
            let others = self.all[known].owners.len();
            self.all[known].owners.entry(owner).or_default().add(offsets);
            if self.all[known].owners.len() > others {
                self.weigh(known);
            }
            return;
        }
        self.push(Cluster::new(window, of_bare, BTreeMap::from([(owner, offsets)])));
        self.reduce(OPEN);
    }

    fn push(&mut self, cluster: Cluster) {
        self.costs.push(self.all.iter().map(|other| cost(other, &cluster)).collect());
        self.all.push(cluster);
    }

    /// Sets the costs of one that has changed.
    fn weigh(&mut self, at: usize) {
        for other in 0..self.all.len() {
            if other != at {
                self.costs[at.max(other)][at.min(other)] = cost(&self.all[at], &self.all[other]);
            }
        }
    }

    /// Takes one out; the last one takes its place, and its costs along.
    fn remove(&mut self, at: usize) -> Cluster {
        for (other, cost) in self.costs.pop().into_iter().flatten().enumerate() {
            if other != at && at < self.costs.len() {
                self.costs[at.max(other)][at.min(other)] = cost;
            }
        }
        self.all.swap_remove(at)
    }

    /// Puts together those two of which that makes the fewest more places to try, until there are at most so many.
    pub(super) fn reduce(&mut self, most: usize) {
        while self.all.len() > most.max(1) {
            let pairs = self.costs.iter().enumerate();
            let pairs = pairs.flat_map(|(b, row)| row.iter().enumerate().map(move |(a, cost)| (*cost, a, b)));
            let Some((_, a, b)) = pairs.min_by(|x, y| x.0.total_cmp(&y.0)) else { return };
            let taken = self.remove(b);
            self.all[a] = both(&self.all[a], &taken);
            self.weigh(a);
        }
    }
}

fn both(a: &Cluster, b: &Cluster) -> Cluster {
    let window = union(&a.window, &b.window);
    let mut owners = a.owners.clone();
    b.owners.iter().for_each(|(owner, offsets)| owners.entry(*owner).or_default().add(*offsets));
    let bare = match (a.bare, b.bare) {
        (Some(a), Some(b)) => Some(union(&a, &b)),
        (a, b) => a.or(b),
    };
    Cluster::new(window, bare, owners)
}

/// How much more there is to try when two are one.
fn cost(a: &Cluster, b: &Cluster) -> f64 {
    let common = common(a.owners.keys(), b.owners.keys());
    let window = union(&a.window, &b.window);
    let both = exactly(&window) * work(a.owners.len() + b.owners.len() - common) + roughly(&window);
    let apart = |cluster: &Cluster| cluster.exactly * work(cluster.owners.len()) + cluster.roughly;
    both - apart(a) - apart(b)
}

/// How many are in both, of numbers in order.
fn common<'a>(a: impl Iterator<Item = &'a usize>, b: impl Iterator<Item = &'a usize>) -> usize {
    let (mut a, mut count) = (a.peekable(), 0);
    for number in b {
        while a.next_if(|first| *first < number).is_some() {}
        count += usize::from(a.next_if_eq(&number).is_some());
    }
    count
}

/// What one place costs so many searches: to come there, and a little for each.
fn work(owners: usize) -> f64 {
    1.0 + 0.3 * owners as f64
}

/// Those that no other one holds; it begins where theirs do too.
pub(super) fn without_cover(windows: Vec<(Window, Offsets)>) -> Vec<(Window, Offsets)> {
    let mut left: Vec<(Window, Offsets)> = Vec::new();
    for (window, mut offsets) in windows {
        if let Some((_, others)) = left.iter_mut().find(|(other, _)| union(other, &window) == *other) {
            others.add(offsets);
            continue;
        }
        left.retain(|(other, others)| {
            let held = union(other, &window) == window;
            if held {
                offsets.add(*others);
            }
            !held
        });
        left.push((window, offsets));
    }
    left
}
