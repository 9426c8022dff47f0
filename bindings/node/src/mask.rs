//! Masking and scanning in the thread that calls.

use crate::detector::{Ask, asking};
use crate::fault::Fault;
use crate::handle::Handle;
use napi::bindgen_prelude::{BufferSlice, Either, External};
use napi_derive::napi;
use spanmask::Masker;

/// A part that would be masked.
#[napi(object, object_from_js = false)]
pub struct Found {
    /// Id of its rule.
    pub rule: String,
    /// Where its value stands.
    pub path: String,
    /// Offset of its first byte.
    pub start: f64,
    /// Offset behind its last byte.
    pub end: f64,
    /// Levels of JSON escapes over it.
    pub level: u8,
}

/// Masks the first `length` bytes of a buffer, all of which is room; -1 when nothing matched, or else the new length. While
/// `ask` runs, nobody else may use the buffer.
#[napi(ts_return_type = "number | Fault")]
pub fn mask_in_place(
    handle: &External<Handle>,
    mut buffer: BufferSlice<'_>,
    length: i64,
    #[napi(ts_arg_type = "boolean")] trusted: bool,
    #[napi(ts_arg_type = "Ask | undefined")] ask: Option<Ask<'_>>,
) -> Either<f64, Fault> {
    let masked =
        asking(ask, || handle.with(|masker| in_place(masker, &mut buffer, length as usize, trusted)));
    match masked {
        Ok(Some(length)) => Either::A(length as f64),
        Ok(None) => Either::A(-1.0),
        Err(fault) => Either::B(fault),
    }
}

/// Masks a text where it lies; `None` when nothing matched. What lies behind the result holds nothing of the text.
pub(crate) fn in_place(
    masker: &mut Masker,
    buffer: &mut [u8],
    length: usize,
    trusted: bool,
) -> Result<Option<usize>, Fault> {
    masker.set_trusted(trusted);
    let masked = masker.mask_in_place(buffer, length).map_err(|error| Fault::of(error, masker.policy()))?;
    let parts = masker.report().parts();
    // With more parts, it has used all of the room.
    let used = if parts > Masker::KEPT_PARTS { buffer.len() } else { length };
    if let Some(behind) = buffer.get_mut(masked..used) {
        behind.fill(0);
    }
    Ok((parts > 0).then_some(masked))
}

/// Finds what would be masked. While `ask` runs, nobody else may use the buffer.
#[napi]
pub fn scan(
    handle: &External<Handle>,
    input: BufferSlice<'_>,
    length: i64,
    #[napi(ts_arg_type = "Ask | undefined")] ask: Option<Ask<'_>>,
) -> Either<Vec<Found>, Fault> {
    let mut all = Vec::new();
    let input = input.get(..length as usize).unwrap_or(&input);
    let found = asking(ask, || {
        handle.with(|masker| {
            masker.set_trusted(false);
            let done = masker.scan(input, &mut |finding| {
                all.push(Found {
                    rule: finding.rule.to_owned(),
                    path: finding.path.to_string(),
                    start: finding.start as f64,
                    end: finding.end as f64,
                    level: finding.level,
                });
            });
            done.map_err(|error| Fault::of(error, masker.policy()))
        })
    });
    found.map_or_else(Either::B, |_| Either::A(all))
}

/// The numbers of the last call that masked or scanned: bytes masked, values, texts; then the parts of each rule.
#[napi]
pub fn numbers(handle: &External<Handle>) -> Vec<f64> {
    handle.last.borrow().clone()
}
