//! What only tests call.

use crate::call::call;
use crate::handle::Held;
use crate::masker::spanmask_masker;
use crate::raw;
use crate::status::spanmask_status;

/// Panics while it works with a masker.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_test_panic(masker: *mut spanmask_masker) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises NULL or a live handle.
        let _state = unsafe { raw::handle(masker) }?.handle().enter()?;
        panic!("on purpose");
    })
}
