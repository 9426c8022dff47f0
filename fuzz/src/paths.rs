//! Every kind of vector instructions gives what plain Rust gives.
//!
//! Oracle: `Path::available()[0]`, the scalar path. Outputs, errors, findings and counts are the same in place, into other
//! memory, and when scanning; and vouching for a text that is JSON changes nothing.

use crate::{policies, shown};
use spanmask::{Error, Framing};
use spanmask_core::arch::Path;
use spanmask_core::image::Aligned;
use spanmask_core::mask::Masker;
use spanmask_core::policy::Policy;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Bytes in front of the text: policy, framing and copies, white space in front.
pub const HEAD: usize = 3;
const MOST: usize = 1 << 14;

thread_local! {
    static MASKERS: RefCell<HashMap<usize, Vec<(Path, Masker<'static>)>>> = RefCell::default();
}

/// The policy as the core knows it. The way there is an image.
fn core(index: usize) -> &'static Policy<'static> {
    static POLICIES: [OnceLock<Policy<'static>>; policies::COUNT] =
        [const { OnceLock::new() }; policies::COUNT];
    POLICIES[index].get_or_init(|| {
        let image = policies::get(index).save_with_keys().expect("an image");
        let aligned = Aligned::copy(&image);
        Policy::from_image(aligned.bytes()).expect("a policy").into_owned()
    })
}

/// What all ways to mask give.
#[derive(PartialEq, Eq)]
struct Outcome {
    in_place: Result<Vec<u8>, Error>,
    counts: Vec<u64>,
    numbers: (u64, u64, u64),
    into: Result<Vec<u8>, Error>,
    scanned: Result<usize, Error>,
    findings: Vec<(u16, usize, usize, u8, String)>,
}

impl Outcome {
    fn told(&self) -> String {
        let bytes = |result: &Result<Vec<u8>, Error>| match result {
            Ok(bytes) => shown(bytes),
            Err(error) => format!("{error:?}"),
        };
        format!(
            "in place {}\ncounts {:?} {:?}\ninto {}\nscanned {:?} {:?}",
            bytes(&self.in_place),
            self.counts,
            self.numbers,
            bytes(&self.into),
            self.scanned,
            self.findings
        )
    }
}

fn in_place(
    masker: &mut Masker<'_>,
    policy: &Policy<'_>,
    text: &[u8],
    framing: Framing,
) -> Result<Vec<u8>, Error> {
    let mut buffer = text.to_vec();
    let len = match masker.mask_in_place(policy, &mut buffer, text.len(), framing) {
        Err(Error::Capacity { needed }) => {
            assert!(buffer == text, "no room, yet the buffer changed");
            buffer.resize(needed, b'#');
            masker.mask_in_place(policy, &mut buffer, text.len(), framing)
        }
        other => other,
    }?;
    buffer.truncate(len);
    Ok(buffer)
}

fn outcome(masker: &mut Masker<'_>, policy: &Policy<'_>, text: &[u8], framing: Framing) -> Outcome {
    let in_place = in_place(masker, policy, text, framing);
    let tally = masker.tally();
    let (counts, numbers) = match in_place {
        Ok(_) => (tally.parts.to_vec(), (tally.bytes, tally.values, tally.texts)),
        Err(_) => (Vec::new(), (0, 0, 0)),
    };
    let mut output = vec![b'#'; in_place.as_ref().map_or(text.len() * 2, Vec::len)];
    let into = masker.mask_into(policy, text, &mut output, framing).map(|len| output[..len].to_vec());
    let mut findings = Vec::new();
    let scanned = masker.scan(policy, text, framing, &mut |found| {
        findings.push((found.rule, found.span.start, found.span.end, found.level, found.path.to_string()));
    });
    // How far it came before an error is not promised.
    if scanned.is_err() {
        findings.clear();
    }
    Outcome { in_place, counts, numbers, into, scanned, findings }
}

/// Runs one input.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((&[policy, settings, pad], text)) = data.split_first_chunk::<HEAD>() else { return };
    let (index, _) = policies::by(policy);
    let framing = if settings & 1 == 0 { Framing::Sequence } else { Framing::One };
    // Over which edges of blocks and segments a text lies.
    let pad = usize::from(pad) * if settings & 2 == 0 { 1 } else { 17 };
    let text = [vec![b' '; pad], text.repeat(1 + usize::from(settings >> 6))].concat();
    if text.len() > MOST {
        return;
    }
    let policy = core(index);
    MASKERS.with_borrow_mut(|maskers| {
        let maskers = maskers.entry(index).or_insert_with(|| {
            Path::available()
                .into_iter()
                .flatten()
                .map(|path| (path, Masker::with_path(policy, path)))
                .collect()
        });
        let mut scalar = None;
        for (path, masker) in maskers {
            let outcome = outcome(masker, policy, &text, framing);
            check(masker, policy, &text, framing, &outcome, path.name());
            let scalar = scalar.get_or_insert(outcome);
            // The first is compared to itself no more than the others are.
            let again = self::outcome(masker, policy, &text, framing);
            assert!(
                *scalar == again,
                "policy {index}\n{} {framing:?}\ninput {}\n{}\nscalar\n{}",
                path.name(),
                shown(&text),
                again.told(),
                scalar.told()
            );
        }
    });
}

/// All ways of one path agree.
fn check(
    masker: &mut Masker<'_>,
    policy: &Policy<'_>,
    text: &[u8],
    framing: Framing,
    outcome: &Outcome,
    path: &str,
) {
    let told = || format!("{path} {framing:?}\ninput {}\n{}", shown(text), outcome.told());
    assert!(outcome.in_place == outcome.into, "in place, and into other memory: {}", told());
    let len = outcome.in_place.as_ref().map(Vec::len).map_err(|error| *error);
    assert!(outcome.scanned == len, "scanned: {}", told());
    if outcome.in_place.is_ok() {
        assert!(outcome.findings.len() as u64 == outcome.counts.iter().sum::<u64>(), "findings: {}", told());
        masker.set_trusted(true);
        let trusted = in_place(masker, policy, text, framing);
        masker.set_trusted(false);
        assert!(trusted == outcome.in_place, "trusted: {trusted:?}, {}", told());
    }
}
