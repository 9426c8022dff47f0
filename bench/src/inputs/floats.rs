//! Embeddings: arrays of floating point numbers.

use super::rng::Rng;
use std::fmt::Write as _;

/// Numbers of one embedding.
const DIMENSIONS: usize = 1536;

/// A list of embeddings as an API answers them, of at most `size` bytes.
#[must_use]
pub fn build(size: usize, seed: u64) -> Vec<u8> {
    let (mut rng, mut out) = (Rng::new(seed), String::with_capacity(size));
    out.push_str(r#"{"object":"list","data":["#);
    // A number has at most 16 bytes, and each embedding some 60 around its numbers.
    while out.len() + 120 < size {
        let _ = write!(out, r#"{{"object":"embedding","index":{},"embedding":["#, rng.below(512));
        for _ in 0..DIMENSIONS {
            if out.len() + 90 > size {
                break;
            }
            number(&mut out, &mut rng);
        }
        out.truncate(out.trim_end_matches(',').len());
        out.push_str("]},");
    }
    out.truncate(out.trim_end_matches(',').len());
    out.push_str(r#"],"model":"text-embedding-3-small"}"#);
    out.into_bytes()
}

/// Most numbers of an embedding are small; those below a ten-thousandth come with an exponent.
fn number(out: &mut String, rng: &mut Rng) {
    let sign = rng.pick(&["", "-"]);
    let _ = match rng.once_in(400) {
        true => write!(out, "{sign}{}.{}e-05,", rng.between(1, 9), rng.digits(6)),
        false => write!(out, "{sign}0.0{}{},", rng.between(0, 9), rng.digits(7)),
    };
}
