//! What this library is.

use crate::call::call;
use crate::raw::{OutStruct, Struct};
use crate::status::spanmask_status;
use spanmask_core::arch::Path;
use std::ffi::{CStr, c_char};

/// The version of this interface: a program that was compiled with another number does not fit the library. Functions,
/// statuses, and fields at the end of structs may come without a new number.
pub const SPANMASK_ABI_VERSION: u32 = 1;

/// What this library is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_library {
    /// sizeof(spanmask_library), set by the caller.
    pub struct_size: usize,
    /// SPANMASK_ABI_VERSION of the library.
    pub abi_version: u32,
    /// Version of the library, as in "0.1.0"; ends with NUL, lives as long as the library.
    pub version: *const c_char,
    /// Which instructions of this CPU are used: "scalar", "avx2", "avx512", "neon"; ends with NUL, lives as long as
    /// the library.
    pub cpu_path: *const c_char,
}

// SAFETY: `repr(C)`, begins with its size, and pointers may be NULL.
unsafe impl Struct for spanmask_library {
    const FIRST: usize = size_of::<Self>();
}

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("a version holds no NUL"),
};

fn cpu_path() -> &'static CStr {
    match Path::detect().name() {
        "avx2" => c"avx2",
        "avx512" => c"avx512",
        "neon" => c"neon",
        _ => c"scalar",
    }
}

/// Says which version this library has and what it uses of the CPU. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_library_describe(library: *mut spanmask_library) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a struct of its size.
        let place = unsafe { OutStruct::new(library) }?;
        place.set(&spanmask_library {
            struct_size: 0,
            abi_version: SPANMASK_ABI_VERSION,
            version: VERSION.as_ptr(),
            cpu_path: cpu_path().as_ptr(),
        });
        Ok(())
    })
}
