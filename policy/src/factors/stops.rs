//! Which values must be looked at, by factors of searches and names.

use super::firsts::Firsts;
use super::groups::{Cluster, Clusters};
use super::lanes::{Bytes, Window, share};
use super::{Offsets, Shown, names};
use spanmask_core::arch::LANES;
use spanmask_core::factor::{Confirm, Factors, Groups, Lanes, MAX_GROUPS, Stops};
use spanmask_core::table::Pad;
use std::collections::BTreeMap;

/// Groups of names, if searches need the others.
const NAMES: usize = 4;

/// What a search or a rule of whole values wants to look at.
#[derive(Default)]
pub(crate) struct Wanted {
    /// What its matches show; none for whole values.
    pub(crate) shown: Option<Shown>,
    /// Whether it looks at numbers or booleans.
    pub(crate) bare: bool,
    /// Lists of globs: a value that it looks at stands under a name of each.
    pub(crate) lists: Vec<Vec<String>>,
    /// Whether one of the lists is a search's own: a name says more than what its matches show.
    pub(crate) under_name: bool,
}

/// Whose the factors of each group are, by number of the search.
pub(crate) type Owners = Vec<BTreeMap<usize, Offsets>>;

/// The factors of each, which values must be looked at, and whose the groups are.
pub(crate) fn stops(wanted: &[Wanted]) -> (Vec<Factors>, Stops, Owners) {
    let (mut searches, mut names) = (Clusters::default(), Clusters::default());
    let (mut everywhere, mut firsts) = (false, Firsts::default());
    let mut used = Vec::new();
    for (owner, wanted) in wanted.iter().enumerate() {
        let named = by_names(&wanted.lists);
        let by_factor = wanted.shown.is_some() && !(wanted.under_name && named.is_some());
        used.push(by_factor);
        match (&wanted.shown, named) {
            (Some(shown), _) if by_factor => {
                let windows = shown.windows.iter();
                windows.for_each(|(window, offsets)| searches.add(*window, owner, *offsets, wanted.bare));
                firsts.add(&shown.firsts);
            }
            (_, Some(windows)) => {
                if windows.iter().any(|[_, first, ..]| (0x80..=u8::MAX).any(|byte| first.holds(byte))) {
                    firsts = Firsts::Any;
                }
                windows.into_iter().for_each(|window| names.add(window, 0, Offsets::default(), false));
            }
            _ => everywhere = true,
        }
    }
    let rest = MAX_GROUPS.saturating_sub(searches.len());
    names.reduce(rest.max(NAMES));
    searches.reduce(MAX_GROUPS - names.len());
    let (mut searches, mut names) = (searches.into_vec(), names.into_vec());
    // Groups that share look-up tables are looked at faster if none of them stands behind a letter or digit.
    let behind_word = |cluster: &Cluster| {
        (0..=u8::MAX)
            .any(|byte| (byte.is_ascii_alphanumeric() || byte == b'_') && cluster.window[0].holds(byte))
    };
    searches.sort_by_key(behind_word);
    names.sort_by_key(|cluster| !behind_word(cluster));
    let mut factors: Vec<Factors> = wanted.iter().map(|_| Factors::default()).collect();
    let mut bare: Groups = 0;
    for (group, cluster) in searches.iter().enumerate() {
        for &owner in cluster.owners.keys() {
            factors[owner].groups |= 1 << group;
            bare |= Groups::from(wanted[owner].bare) << group;
        }
    }
    for ((factors, wanted), by_factor) in factors.iter_mut().zip(wanted).zip(used) {
        if let Some(shown) = wanted.shown.as_ref().filter(|_| by_factor) {
            factors.reach = shown.reach;
        }
    }
    let lanes = lanes(searches.iter().chain(&names), &firsts);
    let names = (0..names.len()).fold(0, |bits: Groups, i| bits | 1 << (searches.len() + i));
    let owners = searches.into_iter().map(|cluster| cluster.owners).collect();
    (factors, Stops { lanes, confirm: Confirm::NONE, bare, names, everywhere, pad: Pad::ZERO }, owners)
}

/// The factors of the rarest list, if one has any.
fn by_names(lists: &[Vec<String>]) -> Option<Vec<Window>> {
    let lists = lists.iter().filter_map(|globs| names::of_list(globs));
    let sum = |windows: &[Window]| windows.iter().map(share).sum::<f64>();
    lists.min_by(|a, b| sum(a).total_cmp(&sum(b)))
}

fn lanes<'a>(clusters: impl Iterator<Item = &'a Cluster>, firsts: &Firsts) -> Lanes {
    let mut bytes = [[0; 256]; LANES];
    let mut bare = bytes;
    for (group, cluster) in clusters.enumerate() {
        let fill = |bytes: &mut [[Groups; 256]; LANES], window: &Window| {
            for (lane, set) in bytes.iter_mut().zip(window) {
                for byte in (0..=u8::MAX).filter(|byte| Bytes::holds(*set, *byte)) {
                    lane[usize::from(byte)] |= 1 << group;
                }
            }
        };
        fill(&mut bytes, &cluster.window);
        cluster.bare.iter().for_each(|window| fill(&mut bare, window));
    }
    Lanes::new(&bytes, &bare, &firsts.digits())
}
