//! Streams against masking in place, on random documents, policies and pieces.
//!
//! `SPANMASK_CASES` and `SPANMASK_SEED` are as in `against_spanmask`; a stream gets a twentieth of the documents.

use serde_json::Value;
use spanmask::{Error, Framing, Oversize, Policy, Status, Stream, StreamOptions};
use spanmask_reference::generate::Random;

const DOCUMENTS: u64 = 20;

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Hands `input` in as chance has it.
fn streamed(stream: &mut Stream, input: &[u8], random: &mut Random) -> Result<Vec<u8>, Error> {
    stream.reset();
    let mut room = vec![0; 1 + random.below(200)];
    let most = 1 + random.below(100);
    let mut output = Vec::new();
    let mut left = input;
    while !left.is_empty() {
        let (mut piece, behind) = left.split_at(left.len().min(1 + random.below(most)));
        left = behind;
        loop {
            let progress = stream.push(piece, &mut room)?;
            output.extend_from_slice(&room[..progress.produced]);
            piece = &piece[progress.consumed..];
            if progress.status == Status::NeedsInput {
                break;
            }
        }
        while random.once_in(8) {
            let progress = stream.flush(&mut room)?;
            output.extend_from_slice(&room[..progress.produced]);
        }
    }
    loop {
        let progress = stream.finish(&mut room)?;
        output.extend_from_slice(&room[..progress.produced]);
        if progress.status == Status::Done {
            return Ok(output);
        }
    }
}

/// Some documents in a row, whole or broken.
fn input(document: fn(&mut Random) -> Vec<u8>, random: &mut Random) -> Vec<u8> {
    let mut input = Vec::new();
    for _ in 0..1 + random.below(3) {
        input.extend_from_slice(&document(random));
        input.extend_from_slice([&b"\n"[..], b" ", b"\n\n"][random.below(3)]);
    }
    if random.once_in(6) && !input.is_empty() {
        let at = random.below(input.len());
        match random.below(3) {
            0 => input.truncate(at),
            1 => input[at] = b"\"\\{]\xff\n,0"[random.below(8)],
            _ => drop(input.drain(at..(at + 1 + random.below(9)).min(input.len()))),
        }
    }
    input
}

fn check(policy: fn(&mut Random) -> Value, document: fn(&mut Random) -> Vec<u8>) {
    let (mut compared, mut too_small) = (0, 0);
    for n in 0..env("SPANMASK_CASES", 60_000).div_ceil(20 * DOCUMENTS) {
        let seed = env("SPANMASK_SEED", 0).wrapping_add(n).wrapping_mul(0x2545_f491_4f6c_dd1d);
        let mut random = Random(seed ^ 0x5eed);
        let spec = policy(&mut random);
        let policy = Policy::from_json(&spec.to_string()).expect("a policy");
        let framing = [Framing::Sequence, Framing::One][random.below(2)];
        let mut masker = policy.masker();
        masker.set_framing(framing);
        let options = |window| StreamOptions { window, framing, oversize: Some(Oversize::Error) };
        let mut streams = [100, 700, 4_000, 1 << 17].map(|window| policy.stream_with(&options(window)));
        for _ in 0..DOCUMENTS {
            let input = input(document, &mut random);
            let mut masked = input.clone();
            let expected = masker.mask_vec(&mut masked).map(|()| masked);
            let counts: Vec<_> = masker.report().counts().map(|(_, count)| count).collect();
            for stream in &mut streams {
                let actual = streamed(stream, &input, &mut random);
                if matches!(actual, Err(Error::Oversize { .. })) {
                    too_small += 1;
                    continue;
                }
                compared += 1;
                assert!(
                    actual == expected,
                    "policy {spec}\ninput  b\"{}\"\nwant   {}\nactual {}",
                    input.escape_ascii(),
                    shown(&expected),
                    shown(&actual)
                );
                if actual.is_ok() {
                    assert!(stream.report().counts().map(|(_, count)| count).eq(counts.iter().copied()));
                }
            }
        }
    }
    println!("{compared} compared, {too_small} did not fit");
    assert!(compared > too_small);
}

fn shown(result: &Result<Vec<u8>, Error>) -> String {
    result.as_ref().map_or_else(|error| error.to_string(), |bytes| bytes.escape_ascii().to_string())
}

#[test]
fn random_policies_on_documents() {
    check(|random| random.policy(false), Random::document);
}

#[test]
fn random_policies_on_otlp() {
    check(|random| random.policy(true), Random::otlp);
}
