//! Streams in a row: what the first gives out is what the second takes in.

use crate::policies::Loaded;
use crate::pool::Pools;
use spanmask::{Error, Progress, Status, Stream};
use std::sync::Arc;

/// Bytes that are on their way from one stream to the next.
const BETWEEN: usize = 64 << 10;

/// The streams of a body, in the order in which its policies mask it.
pub(super) struct Chain {
    links: Vec<Link>,
    pools: Arc<Pools>,
}

struct Link {
    of: Arc<Loaded>,
    /// There until it is put back.
    stream: Option<Stream>,
    /// What it gave out; empty in the last one, which writes where it is told.
    between: Vec<u8>,
    /// The part of `between` that the next one has not taken.
    left: std::ops::Range<usize>,
    done: bool,
}

impl Chain {
    pub(super) fn new(policies: &[Arc<Loaded>], pools: &Arc<Pools>) -> Self {
        let last = policies.len() - 1;
        let link = |(at, of): (usize, &Arc<Loaded>)| Link {
            of: of.clone(),
            stream: Some(pools.stream(of)),
            between: if at < last { vec![0; BETWEEN] } else { Vec::new() },
            left: 0..0,
            done: false,
        };
        Self { links: policies.iter().enumerate().map(link).collect(), pools: pools.clone() }
    }

    /// Takes what it can of `input`, behind which there is nothing when `ended`, and writes what it can. An offset in an error of
    /// any stream but the first is one in what the one before it gave out.
    pub(super) fn push(&mut self, input: &[u8], ended: bool, output: &mut [u8]) -> Result<Progress, Error> {
        step(&mut self.links, input, ended, output)
    }

    /// Adds what was masked to the counters of the policies, and tells how many bytes of the body that were, and how many values
    /// were too large to look at.
    pub(super) fn count(&self) -> (u64, u64) {
        let mut counts = (0, 0);
        for Link { of, stream, .. } in &self.links {
            let Some(stream) = stream else { continue };
            of.count(&stream.report());
            counts.0 += stream.report().bytes_masked();
            counts.1 += stream.oversized();
        }
        counts
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        for link in &mut self.links {
            // What a panic came out of is not for use.
            if let (Some(stream), false) = (link.stream.take(), std::thread::panicking()) {
                self.pools.put_back(&link.of, stream);
            }
        }
    }
}

impl Link {
    fn push(&mut self, input: &[u8], ended: bool, output: &mut [u8]) -> Result<Progress, Error> {
        let Some(stream) = &mut self.stream else {
            return Ok(Progress { consumed: 0, produced: 0, status: Status::Done });
        };
        match ended && input.is_empty() {
            true => stream.finish(output),
            false => stream.push(input, output),
        }
    }

    /// Fills `between`, which is empty.
    fn fill(&mut self, input: &[u8], ended: bool) -> Result<Progress, Error> {
        let mut between = std::mem::take(&mut self.between);
        let progress = self.push(input, ended, &mut between);
        self.between = between;
        let progress = progress?;
        self.left = 0..progress.produced;
        self.done = progress.status == Status::Done;
        Ok(progress)
    }
}

fn step(links: &mut [Link], input: &[u8], ended: bool, output: &mut [u8]) -> Result<Progress, Error> {
    let (first, rest) = match links {
        [] => return Ok(Progress { consumed: 0, produced: 0, status: Status::Done }),
        [only] => return only.push(input, ended, output),
        [first, rest @ ..] => (first, rest),
    };
    let mut consumed = 0;
    loop {
        let below = step(rest, &first.between[first.left.clone()], first.done, output)?;
        first.left.start += below.consumed;
        if below.produced > 0 || below.status != Status::NeedsInput {
            return Ok(Progress { consumed, ..below });
        }
        if first.done {
            continue;
        }
        let above = first.fill(&input[consumed..], ended)?;
        consumed += above.consumed;
        if !ended && above.produced == 0 && above.status == Status::NeedsInput {
            return Ok(Progress { consumed, ..above });
        }
    }
}
