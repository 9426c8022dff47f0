//! Runs a stream over an input in pieces.

use spanmask::{Error, Masker, Status, Stream};

/// What came out, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) output: Vec<u8>,
    pub(crate) result: Result<(), Error>,
}

/// How an input is handed in: where it is cut, how much room there is for output, and whether each piece is flushed.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) cuts: &'a [usize],
    pub(crate) room: usize,
    pub(crate) flush: bool,
}

impl Plan<'_> {
    pub(crate) const WHOLE: Plan<'static> = Plan { cuts: &[], room: 1 << 16, flush: false };

    /// Runs it; a stream that has failed must go on failing, whatever is asked of it.
    pub(crate) fn run(&self, stream: &mut Stream, input: &[u8]) -> Outcome {
        stream.reset();
        let mut output = Vec::new();
        let result = self.pieces(stream, input, &mut output);
        if let Err(error) = result {
            let room = &mut [0; 100];
            assert_eq!(stream.push(b"[1]", room), Err(error));
            assert_eq!(stream.flush(room), Err(error));
            assert_eq!(stream.finish(room), Err(error));
        } else {
            assert_eq!(stream.push(b"[1]", &mut [0; 100]).unwrap().status, Status::Done);
        }
        Outcome { output, result }
    }

    fn pieces(&self, stream: &mut Stream, input: &[u8], output: &mut Vec<u8>) -> Result<(), Error> {
        let mut room = vec![0xaa; self.room];
        let mut from = 0;
        for &to in self.cuts.iter().chain([&input.len()]) {
            let mut piece = &input[from..to];
            from = to;
            loop {
                let progress = stream.push(piece, &mut room)?;
                output.extend_from_slice(&room[..progress.produced]);
                piece = &piece[progress.consumed..];
                match progress.status {
                    Status::NeedsInput => break,
                    Status::NeedsOutput => assert!(progress.produced > 0, "no progress"),
                    Status::Done => panic!("done before the end"),
                }
            }
            assert!(piece.is_empty(), "it wants more, but has not taken all");
            if self.flush {
                flush(stream, &mut room, output)?;
            }
        }
        loop {
            let progress = stream.finish(&mut room)?;
            output.extend_from_slice(&room[..progress.produced]);
            match progress.status {
                Status::Done => return Ok(()),
                _ => assert!(progress.produced > 0, "no progress"),
            }
        }
    }
}

fn flush(stream: &mut Stream, room: &mut [u8], output: &mut Vec<u8>) -> Result<(), Error> {
    loop {
        let progress = stream.flush(room)?;
        output.extend_from_slice(&room[..progress.produced]);
        if progress.status == Status::NeedsInput {
            return Ok(());
        }
        assert!(progress.produced > 0, "no progress");
    }
}

/// What in place gives.
pub(crate) fn in_place(masker: &mut Masker, input: &[u8]) -> Outcome {
    let mut output = input.to_vec();
    let result = masker.mask_vec(&mut output);
    Outcome { output, result }
}

/// The numbers of a report.
pub(crate) fn numbers(report: spanmask::Report<'_>) -> (u64, u64, u64, Vec<u64>) {
    (report.texts(), report.values(), report.bytes_masked(), report.counts().map(|(_, n)| n).collect())
}

/// Numbers that depend on a seed alone.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n.max(1)
    }

    /// Where to cut an input: in pieces of up to `most` bytes.
    pub(crate) fn cuts(&mut self, len: usize, most: usize) -> Vec<usize> {
        let mut cuts = Vec::new();
        let mut at = 0;
        loop {
            at += self.below(most + 1);
            if at >= len {
                return cuts;
            }
            cuts.push(at);
        }
    }
}
