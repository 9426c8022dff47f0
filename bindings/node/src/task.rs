//! Masking in another thread.

use crate::fault::Fault;
use crate::handle::{Handle, Pool, numbers};
use crate::mask::in_place;
use napi::bindgen_prelude::{AsyncTask, Either, External, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use std::sync::Arc;

/// A text to mask.
pub struct MaskTask {
    pool: Arc<Pool>,
    /// Nobody else uses it until the task is done.
    buffer: Uint8Array,
    length: usize,
}

/// A text that was masked.
#[napi(object, object_from_js = false)]
pub struct Masked {
    /// The new length; -1 when nothing matched.
    pub length: f64,
    /// As `numbers` gives them.
    pub numbers: Vec<f64>,
}

impl Task for MaskTask {
    type Output = std::result::Result<Masked, Fault>;
    type JsValue = Either<Masked, Fault>;

    fn compute(&mut self) -> Result<Self::Output> {
        // SAFETY: `lib/` hands over a buffer that it has just made and shows to nobody before the task is done.
        let buffer = unsafe { self.buffer.as_mut() };
        Ok(self.pool.with(|masker| {
            let masked = in_place(masker, buffer, self.length, false)?;
            let length = masked.map_or(-1.0, |length| length as f64);
            Ok(Masked { length, numbers: numbers(masker.report()).collect() })
        }))
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output.map_or_else(Either::B, Either::A))
    }
}

/// Masks the first `length` bytes of a buffer that nobody else uses, in a thread of libuv.
#[napi(ts_return_type = "Promise<Masked | Fault>")]
pub fn mask_async(handle: &External<Handle>, buffer: Uint8Array, length: i64) -> AsyncTask<MaskTask> {
    AsyncTask::new(MaskTask { pool: Arc::clone(&handle.pool), buffer, length: length as usize })
}
