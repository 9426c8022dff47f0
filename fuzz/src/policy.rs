//! Whatever a policy says, it is refused or masks.
//!
//! Oracle: an accepted policy masks fixed texts in place, as a stream, and as an image that was saved and loaded, to the same
//! JSON; a refused one says why.

use crate::{is_json, shown};
use spanmask::{Document, Error, Format, MapExternals, Masker, Policy, Status, StreamOptions};

/// Bytes in front of the policy: its format.
pub const HEAD: usize = 1;
/// So that compiling does not take long.
const MOST: usize = 1_024;

const TEXTS: [&str; 3] = [
    r#"{"password":"s3cr\u00e9t é","user":{"email":"john@example.com","n":4111111111111111,"ok":true,"z":null,"id":[1.5,"x"]},
        "s":"call 555-123-4567 or {not} 4111 1111 1111 1111","nested":"{\"k\":[\"jo@example.com\",7]}","open":"[\"a@b.co"}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n","attributes":[
        {"key":"openinference.span.kind","value":{"stringValue":"TOOL"}},
        {"key":"output.value","value":{"stringValue":"foo c@d.ef"}},{"key":"user.id","value":{"intValue":"12"}}]}]}]}]}"#,
    r#""a" 1 false [] "\ud83d\ude00 z""#,
];

/// Runs one input.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((&[format], text)) = data.split_first_chunk::<HEAD>() else { return };
    let format = match format % 3 {
        0 => Format::Yaml,
        1 => Format::Json,
        _ => Format::Toml,
    };
    // A whole preset takes a second to compile.
    if text.len() > MOST || text.windows(6).any(|word| word == b"preset") {
        return;
    }
    let Ok(text) = std::str::from_utf8(text) else { return };
    let externals =
        MapExternals::default().with_key("K", b"key").with_literals("L", b"example\nZo\xc3\xab\n");
    let compiled = Document::parse(text, format).and_then(|document| Policy::compile(&document, &externals));
    let policy = match compiled {
        Ok(policy) => policy,
        Err(error) => {
            assert!(!error.problems().is_empty());
            let _ = error.to_string();
            return;
        }
    };
    let image = policy.save_with_keys().expect("an image");
    let loaded = Policy::load(&image).expect("its own image");
    assert!(policy.rules().eq(loaded.rules()));
    if policy.host_detectors().next().is_some() {
        // Nobody answers.
        return;
    }
    let (mut masker, mut other) = (policy.masker(), loaded.masker());
    let mut stream = policy.stream_with(&StreamOptions { window: 1_500, ..Default::default() });
    for text in TEXTS {
        let (masked, result) = mask(&mut masker, text);
        // A policy may allow fewer containers.
        assert!(matches!(result, Ok(()) | Err(Error::Refused { .. })), "{result:?}");
        assert!(is_json(&masked), "no JSON: {}", shown(&masked));
        assert!((masked.clone(), result) == mask(&mut other, text), "the loaded one masks otherwise");
        let streamed = streamed(&mut stream, text.as_bytes());
        assert!(streamed == result.map(|()| masked), "the stream masks otherwise");
    }
}

fn mask(masker: &mut Masker, text: &str) -> (Vec<u8>, Result<(), Error>) {
    let mut bytes = text.as_bytes().to_vec();
    let result = masker.mask_vec(&mut bytes);
    (bytes, result)
}

fn streamed(stream: &mut spanmask::Stream, text: &[u8]) -> Result<Vec<u8>, Error> {
    stream.reset();
    let (mut output, mut room) = (Vec::new(), [0; 300]);
    for mut piece in text.chunks(100) {
        loop {
            let progress = stream.push(piece, &mut room)?;
            output.extend_from_slice(&room[..progress.produced]);
            piece = &piece[progress.consumed..];
            if progress.status == Status::NeedsInput {
                break;
            }
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
