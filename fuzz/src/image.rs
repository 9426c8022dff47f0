//! Hostile images do no harm.
//!
//! Oracle: an image is refused, or masking with it ends, does not panic, and gives JSON when the input was. So does a stream.
//! Images are sealed again after they were changed, so that what lies behind the checksum is reached.

use crate::{is_json, policies, shown};
use spanmask::{Error, Framing, Oversize, Status};
use spanmask_core::arch::Path;
use spanmask_core::image::{Aligned, seal};
use spanmask_core::mask::Masker;
use spanmask_core::policy::Policy;
use spanmask_core::stream::{Settings, Stream};
use std::sync::OnceLock;

/// Bytes in front of everything: the image that is changed, and how many changes.
pub const HEAD: usize = 2;
/// Bytes of a change.
const CHANGE: usize = 8;
/// The policies whose images are changed: not `default`, whose image is large.
const BASES: [usize; 8] = [2, 3, 4, 5, 6, 8, 10, 11];
/// The rest of the input is an image, as it is.
pub const RAW: u8 = 254;
/// The same, with a header that is right.
pub const SEALED: u8 = 255;
const HEADER: usize = 24;

/// Texts that lead into every corner.
const TEXTS: [&str; 4] = [
    r#"{"password":"a","x_token":{"b":"c@d.ef"},"customer":{"n":1,"m":["foobar","Accounts"]},
        "batch":[{"body":{"a":["x"],"b":[2]}}],"n":4111111111111111,"t":true,"s":"foo 4111111111111111 konto Zo\u00eb",
        "request_id":"c@d.ef","nested":"{\"contact\":\"c@d.ef\",\"l\":\"\\u0040foo\"}","open":"{\"a\":\"c@d.ef"}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n","attributes":[
        {"key":"openinference.span.kind","value":{"stringValue":"TOOL"}},
        {"value":{"stringValue":"foo c@d.ef"},"key":"user.name"},
        {"key":"a.output","value":{"intValue":"12"}}]}]}]}]}"#,
    r#"["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa foofoofoofoo AccountAccountAccount 1111"]"#,
    "[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]",
];

/// How many images there are to change.
pub const COUNT: usize = BASES.len();

/// The image of a base.
///
/// # Panics
/// When there is no such base.
pub fn base(index: usize) -> &'static [u8] {
    static IMAGES: [OnceLock<Vec<u8>>; COUNT] = [const { OnceLock::new() }; COUNT];
    IMAGES[index].get_or_init(|| policies::get(BASES[index]).save_with_keys().expect("an image").to_vec())
}

/// Writes an image down as the change of a base that leads to it: none.
fn change(image: &mut [u8], change: &[u8; CHANGE]) {
    let &[a0, a1, a2, a3, how, v0, v1, v2] = change;
    // Records lie in front of and behind the pools, which are most of an image.
    let ends = image.len().min(6_000);
    let at = u32::from_le_bytes([a0, a1, a2, a3]) as usize;
    let at = match how >> 6 {
        0 | 1 => at % image.len(),
        2 => at % ends,
        _ => image.len() - 1 - at % ends,
    };
    let value = u32::from_le_bytes([v0, v1, v2, if v2 == 0xff { 0xff } else { 0 }]);
    let word = at & !3;
    let mut put = |word: usize, value: u32| {
        if let Some(place) = image.get_mut(word..word + 4) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    };
    match how % 6 {
        0 => image[at] ^= 1 << (v0 % 8),
        1 => image[at] = v0,
        2 => image[at] = image[at].wrapping_add(v0),
        3 => put(word, value),
        4 => {
            let from = (value as usize * 4 % image.len()) & !3;
            let copied = image.get(from..from + 4).and_then(|bytes| bytes.try_into().ok());
            if let (Some(copied), Some(place)) =
                (copied.map(u32::from_le_bytes), image.get_mut(word..word + 4))
            {
                place.copy_from_slice(&copied.to_le_bytes());
            }
        }
        _ => {
            let place = at & !1;
            if let Some(place) = image.get_mut(place..place + 2) {
                place.copy_from_slice(&[v0, v1]);
            }
        }
    }
}

/// Runs one input.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((&[base, changes], mut rest)) = data.split_first_chunk::<HEAD>() else { return };
    let (image, text) = match base {
        RAW => (rest.to_vec(), &[][..]),
        SEALED => {
            let mut image = rest.to_vec();
            if image.len() < HEADER {
                return;
            }
            image[..16].copy_from_slice(&self::base(0)[..16]);
            let len = image.len() as u32;
            image[16..20].copy_from_slice(&len.to_le_bytes());
            seal(&mut image);
            (image, &[][..])
        }
        base => {
            let mut image = self::base(usize::from(base) % COUNT).to_vec();
            for _ in 0..changes % 8 {
                let Some((first, behind)) = rest.split_first_chunk::<CHANGE>() else { break };
                change(&mut image, first);
                rest = behind;
            }
            seal(&mut image);
            (image, rest)
        }
    };
    let image = Aligned::copy(&image);
    let Ok(policy) = Policy::from_image(image.bytes()) else {
        assert!(base as usize >= COUNT || changes % 8 > 0, "its own image is refused");
        return;
    };
    assert!((0..100).all(|rule| policy.rule_id(rule).len() < image.bytes().len()));
    let text = &text[..text.len().min(2_000)];
    let texts = TEXTS.iter().map(|text| text.as_bytes()).chain([text]);
    let mut masker = Masker::with_path(&policy, Path::detect());
    let settings = Settings { framing: Framing::Sequence, oversize: Oversize::Mask };
    let mut stream = Stream::with_window(&policy, 100, settings);
    for text in texts {
        mask(&mut masker, &policy, text);
        pieces(&mut stream, &policy, text);
    }
}

fn mask(masker: &mut Masker<'_>, policy: &Policy<'_>, text: &[u8]) {
    let mut buffer = text.to_vec();
    buffer.resize(text.len() * 3 + 1024, 0);
    match masker.mask_in_place(policy, &mut buffer, text.len(), Framing::Sequence) {
        Ok(len) => assert!(is_json(&buffer[..len]), "no JSON: {} of {}", shown(&buffer[..len]), shown(text)),
        // Fewer containers may be allowed, replacements may be longer, and nobody answers for the host.
        Err(Error::Refused { .. } | Error::Capacity { .. } | Error::Detector { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    // What it finds is not promised, but that it ends is.
    let _ = masker.scan(policy, text, Framing::Sequence, &mut |found| {
        assert!(found.span.start <= found.span.end && found.span.end <= text.len());
        let _ = found.path.to_string();
    });
}

fn pieces(stream: &mut Stream<'_>, policy: &Policy<'_>, text: &[u8]) {
    stream.reset();
    let (mut output, mut room) = (Vec::new(), [0; 50]);
    for mut piece in text.chunks(37) {
        loop {
            let Ok(progress) = stream.push(policy, piece, &mut room) else { return };
            output.extend_from_slice(&room[..progress.produced]);
            piece = &piece[progress.consumed..];
            if progress.status == Status::NeedsInput {
                break;
            }
            assert!(progress.produced > 0, "no progress");
        }
    }
    loop {
        let Ok(progress) = stream.finish(policy, &mut room) else { return };
        output.extend_from_slice(&room[..progress.produced]);
        if progress.status == Status::Done {
            break;
        }
        assert!(progress.produced > 0, "no progress");
    }
    assert!(is_json(&output), "no JSON from a stream: {} of {}", shown(&output), shown(text));
}
