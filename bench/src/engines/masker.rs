//! spanmask itself, in place.

use super::Engine;
use crate::Result;
use crate::policies::Rules;
use spanmask::{Framing, Policy, Status, StreamOptions};

struct Masker(spanmask::Masker);

pub(super) fn mask(rules: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    new(&rules.ok_or("spanmask needs a policy")?.compile()?)
}

/// Without a check of the grammar.
pub(super) fn trusted(rules: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    let mut masker = masker(&rules.ok_or("spanmask needs a policy")?.compile()?);
    masker.set_trusted(true);
    Ok(Box::new(Masker(masker)))
}

/// Grammar and UTF-8 alone.
pub(super) fn check(_: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    new(&Policy::from_json(r#"{"version": 1, "rules": []}"#)?)
}

fn new(policy: &Policy) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Masker(masker(policy))))
}

fn masker(policy: &Policy) -> spanmask::Masker {
    let mut masker = policy.masker();
    masker.set_framing(Framing::One);
    masker
}

/// As a stream: in pieces, into other memory.
struct Streamer {
    stream: spanmask::Stream,
    output: Vec<u8>,
}

/// Bytes of a piece.
const PIECE: usize = 64 << 10;

pub(super) fn stream(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    let policy = rules.ok_or("spanmask needs a policy")?.compile()?;
    let stream = policy.stream_with(&StreamOptions { framing: Framing::One, ..StreamOptions::default() });
    Ok(Box::new(Streamer { stream, output: vec![0; 2 * input.len() + PIECE] }))
}

impl Engine for Streamer {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let Self { stream, output } = self;
        stream.reset();
        let mut written = 0;
        for mut piece in buffer.get(..len).unwrap_or_default().chunks(PIECE) {
            while !piece.is_empty() {
                let progress = stream.push(piece, output.get_mut(written..).unwrap_or_default())?;
                written += progress.produced;
                piece = piece.get(progress.consumed..).unwrap_or_default();
            }
        }
        while written < output.len() {
            let progress = stream.finish(output.get_mut(written..).unwrap_or_default())?;
            written += progress.produced;
            if progress.status == Status::Done {
                break;
            }
        }
        Ok(output.get(..written).unwrap_or_default())
    }
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let len = self.0.mask_in_place(buffer, len)?;
        Ok(buffer.get(..len).unwrap_or_default())
    }
}
