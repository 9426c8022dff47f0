//! From names and paths to the conditions of the core.

mod names;
mod path;

use crate::error::{Problem, ProblemKind};
use path::{Path, PathSelector};
use spanmask_core::select::Selectors;
use spanmask_core::select::names::NameTable;
use spanmask_core::select::paths::{Paths, Segment, Selector};
use spanmask_core::table::{Pad, Part, PoolBuilder};

/// Collects conditions. Lists that are equal share one.
#[derive(Default)]
pub(crate) struct Builder {
    lists: Vec<List>,
    next: u32,
    paths: Vec<(Vec<String>, u32)>,
    parsed: Vec<(Path, u32)>,
}

/// Name globs that give one condition.
pub(super) struct List {
    globs: Vec<String>,
    attribute_only: bool,
    condition: u32,
}

impl Builder {
    /// The condition "under a member or attribute whose name one of these globs matches".
    pub(crate) fn keys(&mut self, globs: &[String]) -> u32 {
        self.names(globs, false)
    }

    /// The condition "under an attribute whose name one of these globs matches".
    pub(crate) fn attributes(&mut self, globs: &[String]) -> u32 {
        self.names(globs, true)
    }

    fn names(&mut self, globs: &[String], attribute_only: bool) -> u32 {
        let same = |list: &&List| list.globs == globs && list.attribute_only == attribute_only;
        if let Some(known) = self.lists.iter().find(same) {
            return known.condition;
        }
        let condition = self.take();
        self.lists.push(List { globs: globs.to_vec(), attribute_only, condition });
        condition
    }

    /// The globs that give a condition, if names do.
    pub(crate) fn globs(&self, condition: u32) -> Option<&[String]> {
        self.lists.iter().find(|list| list.condition == condition).map(|list| &list.globs[..])
    }

    /// The condition "at or under one of these paths". `at` is the place of the list in the policy.
    pub(crate) fn paths(&mut self, paths: &[String], at: &str) -> Result<u32, Problem> {
        if let Some((_, known)) = self.paths.iter().find(|(list, _)| list == paths) {
            return Ok(*known);
        }
        let condition = self.take();
        for (i, path) in paths.iter().enumerate() {
            let parsed = path::parse(path)
                .map_err(|message| Problem::new(ProblemKind::Syntax, format!("{at}[{i}]"), message))?;
            self.parsed.push((parsed, condition));
        }
        self.paths.push((paths.to_vec(), condition));
        Ok(condition)
    }

    fn take(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// Everything that was collected.
    pub(crate) fn finish(
        self,
        otlp: bool,
        span_kinds: bool,
        pools: &mut PoolBuilder,
    ) -> Result<Selectors<'static>, Problem> {
        let names: Vec<NameTable> = names::tables(&self.lists, pools)?;
        let paths = store_paths(&self.parsed, pools);
        Ok(Selectors { names: names.into(), paths, conditions: self.next, otlp, span_kinds })
    }
}

fn store_paths(parsed: &[(Path, u32)], pools: &mut PoolBuilder) -> Paths<'static> {
    let (mut segments, mut selectors) = (Vec::new(), Vec::new());
    let (mut starts, mut at_root) = (Vec::new(), Vec::new());
    for (path, condition) in parsed {
        let Some(last) = path.len().checked_sub(1) else {
            at_root.push(*condition);
            continue;
        };
        starts.push(segments.len() as u32);
        for (i, segment) in path.iter().enumerate() {
            let start = selectors.len() as u32;
            selectors.extend(segment.selectors.iter().map(|selector| match selector {
                PathSelector::Wildcard => Selector::Wildcard(Pad::ZERO),
                PathSelector::Name(name) => Selector::Name(pools.u8s(name.as_bytes())),
                PathSelector::Index(index) => Selector::Index(*index, Pad::ZERO),
            }));
            segments.push(Segment {
                selectors: Part { start, len: segment.selectors.len() as u32 },
                condition: if i == last { *condition } else { Segment::NOT_LAST },
                descendant: segment.descendant,
                pad: Pad::ZERO,
            });
        }
    }
    Paths {
        segments: segments.into(),
        selectors: selectors.into(),
        starts: pools.u32s(&starts),
        at_root: pools.u32s(&at_root),
    }
}
