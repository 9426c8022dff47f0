//! For `bench/` alone: the core in the same process, on the same bytes.

use crate::handle::Handle;
use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;
use std::time::Instant;

/// Masks `copies` copies of a text in place; nanoseconds a copy.
#[napi]
pub fn time_core(handle: &External<Handle>, text: BufferSlice<'_>, capacity: u32, copies: u32) -> f64 {
    let timed = handle.pool.with(|masker| {
        let mut room = text.to_vec();
        room.resize(capacity as usize, 0);
        let mut all = vec![room; copies as usize];
        let start = Instant::now();
        let mut masked = 0;
        for copy in &mut all {
            masked += masker.mask_in_place(copy, text.len()).unwrap_or(0);
        }
        let took = start.elapsed().as_nanos() as f64 / f64::from(copies);
        Ok(if masked > 0 { took } else { f64::NAN })
    });
    timed.unwrap_or(f64::NAN)
}
