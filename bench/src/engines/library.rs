//! spanmask through its C ABI, from the shared library beside this program.

use super::Engine;
use crate::Result;
use crate::policies::Rules;
use libloading::Library;
use std::ffi::c_void;
use std::ptr;

type Load = unsafe extern "C" fn(*const u8, usize, *mut *mut c_void) -> i32;
type Open = unsafe extern "C" fn(*const c_void, *const c_void, *mut *mut c_void) -> i32;
type MaskInPlace = unsafe extern "C" fn(*mut c_void, *mut u8, usize, usize, *mut usize) -> i32;
type Free = unsafe extern "C" fn(*mut *mut c_void) -> i32;

struct Masker {
    mask_in_place: MaskInPlace,
    free: Free,
    masker: *mut c_void,
    /// Behind what it was taken from, so that it is closed last.
    _library: Library,
}

pub(super) fn mask(rules: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    let image = rules.ok_or("spanmask needs a policy")?.compile()?.save_with_keys()?;
    let path = std::env::current_exe()?.with_file_name("libspanmask.so");
    if !path.exists() {
        return Err("no libspanmask.so beside this program: cargo build --release -p spanmask-ffi".into());
    }
    // SAFETY: the library is ours; loading it runs nothing.
    let library = unsafe { Library::new(path) }?;
    // SAFETY: include/spanmask.h declares it so.
    let load: Load = unsafe { *library.get(b"spanmask_policy_load")? };
    // SAFETY: include/spanmask.h declares it so; options may be NULL.
    let open: Open = unsafe { *library.get(b"spanmask_masker_open")? };
    // SAFETY: include/spanmask.h declares it so.
    let free_policy: Free = unsafe { *library.get(b"spanmask_policy_free")? };
    // SAFETY: include/spanmask.h declares it so.
    let mask_in_place: MaskInPlace = unsafe { *library.get(b"spanmask_masker_mask_in_place")? };
    // SAFETY: include/spanmask.h declares it so.
    let free: Free = unsafe { *library.get(b"spanmask_masker_free")? };
    let (mut policy, mut masker) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the image has that length, and there is room for a handle.
    done(unsafe { load(image.as_ptr(), image.len(), &mut policy) })?;
    // SAFETY: the policy has been loaded, and there is room for a handle.
    let opened = done(unsafe { open(policy, ptr::null(), &mut masker) });
    // SAFETY: the handle is ours, and a masker keeps what it needs.
    done(unsafe { free_policy(&mut policy) })?;
    opened?;
    Ok(Box::new(Masker { mask_in_place, free, masker, _library: library }))
}

fn done(status: i32) -> Result<()> {
    if status == 0 { Ok(()) } else { Err(format!("libspanmask answers with status {status}").into()) }
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let mut masked = 0;
        let (start, capacity) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: the masker is live, the buffer is ours alone, and `len` is at most its length.
        done(unsafe { (self.mask_in_place)(self.masker, start, len, capacity, &mut masked) })?;
        Ok(buffer.get(..masked).unwrap_or_default())
    }
}

impl Drop for Masker {
    fn drop(&mut self) {
        // SAFETY: the handle is ours, and nobody uses it any more.
        unsafe { (self.free)(&mut self.masker) };
    }
}
