//! What is asked of places: automata over names, and paths.

use super::automata::Multiples;
use super::{Claims, Sound, ensure};
use crate::select::Selectors;
use crate::select::names::NameTable;
use crate::select::paths::{Segment, Selector};
use crate::table::Part;

/// How many conditions can be named at most. Each open container takes a bit a condition, so there may be no more.
pub(super) fn named(selectors: &Selectors<'_>) -> Option<usize> {
    let of_names = selectors.names.iter().map(|table| table.given.len as usize);
    let of_paths = [selectors.paths.segments.len(), selectors.paths.at_root.len as usize];
    of_names.chain(of_paths).try_fold(0_usize, usize::checked_add)
}

pub(super) fn names(selectors: &Selectors<'_>, claims: &mut Claims<'_>) -> Sound {
    selectors.names.iter().try_for_each(|table| name_table(table, selectors.conditions, claims))
}

fn name_table(table: &NameTable, conditions: u32, claims: &mut Claims<'_>) -> Sound {
    let classes = claims.u8s(table.classes)?;
    let transitions = claims.u32s(table.transitions)?;
    let accepts = claims.u32s(table.accepts)?;
    let given = claims.u32s(table.given)?;
    let columns = table.columns as usize;
    ensure(classes.len() == 256 && classes.iter().all(|class| usize::from(*class) < columns))?;
    let rows = Multiples::of(table.columns)?;
    ensure(
        rows.are_rows(&[table.start], transitions.len()) && rows.are_rows(transitions, transitions.len()),
    )?;
    ensure(transitions.len().is_multiple_of(columns) && accepts.len() == transitions.len() / columns + 1)?;
    ensure(transitions.get(..columns)?.iter().all(|to| *to == 0))?;
    // State 0 gives nothing, and no state a condition twice.
    ensure(accepts.first() == accepts.get(1) && *accepts.last()? as usize <= given.len())?;
    ensure(accepts.is_sorted_by(|from, to| from <= to && to - from <= conditions))?;
    ensure(given.iter().all(|item| item / 2 < conditions))
}

pub(super) fn segments(selectors: &Selectors<'_>, claims: &mut Claims<'_>) -> Sound {
    let paths = &selectors.paths;
    let mut left = paths.selectors.len();
    for segment in &*paths.segments {
        let Part { start, len } = segment.selectors;
        let end = (start as usize).checked_add(len as usize)?;
        ensure(end <= paths.selectors.len())?;
        left = left.checked_sub(len as usize)?;
        ensure(segment.condition == Segment::NOT_LAST || segment.condition < selectors.conditions)?;
    }
    ensure(paths.segments.last().is_none_or(|last| last.condition != Segment::NOT_LAST))?;
    let starts = claims.u32s(paths.starts)?;
    ensure(starts.iter().all(|start| (*start as usize) < paths.segments.len()))?;
    claims.conditions(paths.at_root, selectors.conditions)
}

pub(super) fn selectors(selectors: &Selectors<'_>, claims: &mut Claims<'_>) -> Sound {
    selectors.paths.selectors.iter().try_for_each(|selector| match selector {
        Selector::Name(name) => claims.text(*name).map(drop),
        Selector::Wildcard(_) | Selector::Index(..) => Some(()),
    })
}
