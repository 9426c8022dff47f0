//! What comes in pieces is masked as what lies in one.
//!
//! Oracle: whatever the pieces and rooms, a stream gives what masking in place gives, or the same refusal. Where something is
//! larger than the window, two ways to cut must at least agree.

use crate::{is_json, policies, shown};
use spanmask::{Error, Framing, Masker, Oversize, Policy, Status, Stream, StreamOptions};
use std::cell::RefCell;
use std::collections::HashMap;

/// Bytes in front of the text: policy, settings, which pieces are flushed, four sizes of pieces, four rooms, copies.
pub const HEAD: usize = 12;
/// Longer texts are not looked at.
const MOST: usize = 1 << 14;
const WINDOWS: [usize; 9] = [32, 33, 40, 64, 100, 200, 700, 4_096, 1 << 15];
/// Streams that are kept for later inputs.
const KEPT: usize = 48;

type Key = (usize, usize, bool, bool);

thread_local! {
    static MASKERS: RefCell<HashMap<usize, Masker>> = RefCell::default();
    static STREAMS: RefCell<HashMap<Key, Stream>> = RefCell::default();
}

/// How an input is handed in.
#[derive(Clone, Copy, Debug)]
struct Plan {
    pieces: [u8; 4],
    rooms: [u8; 4],
    flush: u8,
}

/// Small sizes byte by byte, large ones in steps.
fn size(byte: u8) -> usize {
    match byte {
        0..192 => usize::from(byte) + 1,
        _ => (usize::from(byte) - 190) * 128,
    }
}

impl Plan {
    const WHOLE: Self = Self { pieces: [255; 4], rooms: [255; 4], flush: 0 };

    /// What came out, and how it ended. A stream that has failed must go on failing.
    fn run(&self, stream: &mut Stream, input: &[u8]) -> (Vec<u8>, Result<(), Error>) {
        stream.reset();
        let mut output = Vec::new();
        let result = self.pieces(stream, input, &mut output);
        let room = &mut [0; 100];
        if let Err(error) = result {
            assert_eq!(stream.push(b"[1]", room), Err(error));
            assert_eq!(stream.flush(room), Err(error));
            assert_eq!(stream.finish(room), Err(error));
        } else {
            assert_eq!(stream.push(b"[1]", room).expect("no error").status, Status::Done);
        }
        (output, result)
    }

    fn pieces(&self, stream: &mut Stream, input: &[u8], output: &mut Vec<u8>) -> Result<(), Error> {
        let mut room = vec![0xaa; size(255)];
        let mut calls = 0;
        let mut next = || {
            calls += 1;
            size(self.rooms[calls % 4])
        };
        let mut left = input;
        for n in 0.. {
            let (mut piece, behind) = left.split_at(left.len().min(size(self.pieces[n % 4])));
            left = behind;
            loop {
                let room = &mut room[..next()];
                let progress = stream.push(piece, room)?;
                output.extend_from_slice(&room[..progress.produced]);
                piece = &piece[progress.consumed..];
                match progress.status {
                    Status::NeedsInput => break,
                    Status::NeedsOutput => assert!(progress.produced > 0, "no progress"),
                    Status::Done => panic!("done before the end"),
                }
            }
            assert!(piece.is_empty(), "it wants more, but has not taken all");
            // A flush walks over what the window holds.
            let mut flush = n < 64 && (self.flush >> (n % 8)) & 1 == 1;
            while flush {
                let room = &mut room[..next()];
                let progress = stream.flush(room)?;
                output.extend_from_slice(&room[..progress.produced]);
                flush = progress.status != Status::NeedsInput;
                assert!(!flush || progress.produced > 0, "no progress");
            }
            if left.is_empty() {
                break;
            }
        }
        loop {
            let room = &mut room[..next()];
            let progress = stream.finish(room)?;
            output.extend_from_slice(&room[..progress.produced]);
            match progress.status {
                Status::Done => return Ok(()),
                _ => assert!(progress.produced > 0, "no progress"),
            }
        }
    }
}

fn counts(report: spanmask::Report<'_>) -> (u64, u64, u64, Vec<u64>) {
    (report.texts(), report.values(), report.bytes_masked(), report.counts().map(|(_, n)| n).collect())
}

/// Runs one input.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((head, text)) = data.split_first_chunk::<HEAD>() else { return };
    let &[policy, settings, flush, p0, p1, p2, p3, r0, r1, r2, r3, copies] = head;
    let text = text.repeat(1 + usize::from(copies % 4));
    if text.len() > MOST {
        return;
    }
    let plan = Plan { pieces: [p0, p1, p2, p3], rooms: [r0, r1, r2, r3], flush };
    let (index, policy) = policies::by(policy);
    let framing = if settings & 1 == 0 { Framing::Sequence } else { Framing::One };
    let oversize = if settings & 2 == 0 { Oversize::Error } else { Oversize::Mask };
    let window = WINDOWS[usize::from(settings >> 2) % WINDOWS.len()];
    let options = StreamOptions { window, framing, oversize: Some(oversize) };
    STREAMS.with_borrow_mut(|streams| {
        let key = (index, window, framing == Framing::One, oversize == Oversize::Mask);
        if streams.len() >= KEPT && !streams.contains_key(&key) {
            streams.clear();
        }
        let stream = streams.entry(key).or_insert_with(|| policies::stream(policy, &options));
        MASKERS.with_borrow_mut(|maskers| {
            let masker = maskers.entry(index).or_insert_with(|| policies::masker(policy));
            if let Err(why) = compare(masker, stream, &options, plan, &text) {
                let (mut masker, mut stream) = (policies::masker(policy), policies::stream(policy, &options));
                let anew = compare(&mut masker, &mut stream, &options, plan, &text).is_err();
                panic!("{}", told(index, policy, &options, plan, &text, &why, anew));
            }
        });
    });
}

fn told(
    index: usize,
    policy: &Policy,
    options: &StreamOptions,
    plan: Plan,
    text: &[u8],
    why: &str,
    anew: bool,
) -> String {
    let (rooms, pieces) = (plan.rooms.map(size), plan.pieces.map(size));
    format!(
        "policy {index} {policy:?}\n{options:?}\npieces {pieces:?} rooms {rooms:?} flush {:08b}\ninput {}\n{why}\n\
         also with a new masker and stream: {anew}",
        plan.flush,
        shown(text)
    )
}

fn compare(
    masker: &mut Masker,
    stream: &mut Stream,
    options: &StreamOptions,
    plan: Plan,
    text: &[u8],
) -> Result<(), String> {
    masker.set_framing(options.framing);
    let mut masked = text.to_vec();
    let expected = masker.mask_vec(&mut masked);
    let expected_counts = expected.is_ok().then(|| counts(masker.report()));
    if expected.is_ok() && !is_json(&masked) {
        return Err(format!("in place gives no JSON: {}", shown(&masked)));
    }
    let mut seen: Option<(Vec<u8>, Result<(), Error>)> = None;
    for plan in [Plan::WHOLE, plan] {
        let (output, result) = plan.run(stream, text);
        let told =
            || format!("{plan:?}\nwant {expected:?} {}\ngot  {result:?} {}", shown(&masked), shown(&output));
        let oversized = stream.oversized();
        if oversized > 0 && (options.oversize == Some(Oversize::Error) || text.len() <= options.window) {
            return Err(format!("oversized: {oversized}; {}", told()));
        }
        // Of a value that is masked whole, unread, no detector is asked that might fail.
        let unasked = oversized > 0 && matches!(expected, Err(Error::Detector { .. }));
        match result {
            Ok(()) if expected.is_err() && !unasked => return Err(told()),
            Ok(()) if oversized > 0 => {
                if !is_json(&output) {
                    return Err(format!("no JSON; {}", told()));
                }
            }
            Ok(()) => {
                if output != masked {
                    return Err(told());
                }
                let actual = counts(stream.report());
                if Some(&actual) != expected_counts.as_ref() {
                    return Err(format!("counts: want {expected_counts:?}, got {actual:?}; {}", told()));
                }
            }
            Err(Error::Oversize { .. }) => {
                if text.len() <= options.window {
                    return Err(told());
                }
                // What is given out before is masked text.
                if expected.is_ok() && oversized == 0 && !masked.starts_with(&output) {
                    return Err(told());
                }
            }
            Err(Error::Detector { .. }) if unasked => {}
            // In place, a text is known to be JSON before a detector's failure counts.
            Err(Error::Detector { offset, .. }) if matches!(expected, Err(Error::Refused { offset: fault, .. }) if offset < fault) =>
                {}
            Err(_) if result == expected => {}
            Err(_) => return Err(told()),
        }
        if let Some((whole, other)) = &seen {
            let agree = match result {
                Ok(()) => *whole == output,
                Err(_) => whole.starts_with(&output) || output.starts_with(whole),
            };
            if *other != result || !agree {
                return Err(format!("two plans: {other:?} {}\n{}", shown(whole), told()));
            }
        }
        seen = Some((output, result));
    }
    Ok(())
}
