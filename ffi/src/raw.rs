//! What callers hand in: checked where it can be, and only then used.

use crate::status::Status;
use std::ffi::c_char;
use std::mem::{MaybeUninit, size_of};
use std::ptr::NonNull;

/// UTF-8 that somebody else owns. It does not end with NUL, and may hold one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_text {
    /// The first byte; may be NULL when len is 0.
    pub data: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl spanmask_text {
    /// A text to lend to a caller for as long as `text` lives.
    pub(crate) fn lend(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    /// The text that a caller hands in.
    ///
    /// # Safety
    /// As [`bytes`].
    pub(crate) unsafe fn read<'a>(self) -> Result<&'a str, Status> {
        // SAFETY: the caller promises `len` bytes behind `data`, or `len` is 0.
        let bytes = unsafe { bytes(self.data.cast(), self.len) }?;
        std::str::from_utf8(bytes).map_err(|_| Status::SPANMASK_ARGUMENT)
    }
}

/// Whether so many items are more than an object can hold.
fn too_large<T>(len: usize) -> bool {
    len.checked_mul(size_of::<T>()).is_none_or(|size| isize::try_from(size).is_err())
}

/// Items that the caller lends; NULL stands for none when there are none.
///
/// # Safety
/// Behind `data` lie `len` items that nobody changes for `'a`, unless `len` is 0.
pub(crate) unsafe fn items<'a, T>(data: *const T, len: usize) -> Result<&'a [T], Status> {
    match NonNull::new(data.cast_mut()) {
        _ if len == 0 => Ok(&[]),
        None => Err(Status::SPANMASK_NULL),
        Some(_) if too_large::<T>(len) => Err(Status::SPANMASK_ARGUMENT),
        // SAFETY: not NULL and not larger than an object can be; the caller promises the items.
        Some(data) => Ok(unsafe { std::slice::from_raw_parts(data.as_ptr(), len) }),
    }
}

/// Bytes that the caller lends.
///
/// # Safety
/// As [`items`].
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Result<&'a [u8], Status> {
    // SAFETY: the caller promises the same to us.
    unsafe { items(data, len) }
}

/// Room that the caller lends.
///
/// # Safety
/// Behind `data` lie `len` items that nobody else looks at for `'a`, unless `len` is 0; any bytes make an item.
pub(crate) unsafe fn room<'a, T>(data: *mut T, len: usize) -> Result<&'a mut [T], Status> {
    match NonNull::new(data) {
        _ if len == 0 => Ok(&mut []),
        None => Err(Status::SPANMASK_NULL),
        Some(_) if too_large::<T>(len) => Err(Status::SPANMASK_ARGUMENT),
        // SAFETY: not NULL and not larger than an object can be; the caller promises the items to us alone.
        Some(data) => Ok(unsafe { std::slice::from_raw_parts_mut(data.as_ptr(), len) }),
    }
}

/// Whether two stretches of memory share a byte.
pub(crate) fn overlap(a: *const u8, a_len: usize, b: *const u8, b_len: usize) -> bool {
    let (a, b) = (a.addr(), b.addr());
    a_len > 0 && b_len > 0 && a < b.saturating_add(b_len) && b < a.saturating_add(a_len)
}

/// A handle that the caller holds.
///
/// # Safety
/// `handle` is NULL, or came from the function that opens such handles and has not been freed.
pub(crate) unsafe fn handle<'a, T>(handle: *const T) -> Result<&'a T, Status> {
    // SAFETY: the caller promises a live handle, which is aligned and initialised as a `Box` made it.
    unsafe { handle.as_ref() }.ok_or(Status::SPANMASK_NULL)
}

/// A place for an output. It is written at the very end, when everything has gone well.
pub(crate) struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// # Safety
    /// `place` is NULL, or leads to room for a `T` until the call returns.
    pub(crate) unsafe fn new(place: *mut T) -> Result<Self, Status> {
        NonNull::new(place).map(Self).ok_or(Status::SPANMASK_NULL)
    }

    pub(crate) fn set(self, value: T) {
        // SAFETY: `new` was promised room for a `T`, aligned or not: C may have packed it.
        unsafe { self.0.write_unaligned(value) }
    }
}

/// Hands a value over to the caller, as a handle.
pub(crate) fn give<T>(place: Out<*mut T>, value: T) {
    place.set(Box::into_raw(Box::new(value)));
}

/// Takes a handle back and clears the variable that held it, so that freeing it again does nothing.
///
/// # Safety
/// `variable` is NULL or leads to a handle, or to NULL; nobody uses that handle any more.
pub(crate) unsafe fn take<T>(variable: *mut *mut T) -> Result<Option<Box<T>>, Status> {
    // SAFETY: the caller promises that it leads to a pointer.
    let held = unsafe { variable.as_mut() }.ok_or(Status::SPANMASK_NULL)?;
    let handle = std::mem::replace(held, std::ptr::null_mut());
    if handle.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so it is a handle that `give` made from a `Box`; the caller promises that it is the last use.
    Ok(Some(unsafe { Box::from_raw(handle) }))
}

/// A struct that begins with its size.
///
/// # Safety
/// It is `repr(C)`, its first field is `struct_size: usize`, and all its bytes may be 0.
pub(crate) unsafe trait Struct: Copy {
    /// Its size in the first version that had it.
    const FIRST: usize;
}

/// No struct will ever be larger: a size that is was never set.
const MOST: usize = 4096;

/// # Safety
/// `of` leads to a size.
unsafe fn size<T: Struct>(of: *const T) -> Result<usize, Status> {
    // SAFETY: a `Struct` begins with its size, and the caller promises that one is there.
    let size = unsafe { of.cast::<usize>().read_unaligned() };
    if (T::FIRST..=MOST).contains(&size) { Ok(size) } else { Err(Status::SPANMASK_STRUCT_SIZE) }
}

/// Reads a struct that the caller filled. Of an older and smaller one, what is missing is 0. A newer and larger one may
/// ask for nothing that is not known here: the rest of it must be 0.
///
/// # Safety
/// `from` is NULL or leads to a struct of the size that it says.
pub(crate) unsafe fn read<T: Struct>(from: *const T) -> Result<Option<T>, Status> {
    if from.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so there is a struct.
    let size = unsafe { size(from) }?;
    let known = size.min(size_of::<T>());
    // SAFETY: what lies behind what is known still belongs to the struct, whose size the caller promises.
    let rest = unsafe { from.cast::<u8>().add(known) };
    // SAFETY: from there to the end of the struct.
    let rest = unsafe { std::slice::from_raw_parts(rest, size - known) };
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Status::SPANMASK_STRUCT_SIZE);
    }
    let mut read = MaybeUninit::<T>::zeroed();
    // SAFETY: both hold `known` bytes, and the new one is nobody else's.
    unsafe { std::ptr::copy_nonoverlapping(from.cast::<u8>(), read.as_mut_ptr().cast::<u8>(), known) };
    // SAFETY: all bytes of a `Struct` may be 0, and the caller has filled those that are not.
    Ok(Some(unsafe { read.assume_init() }))
}

/// A struct that is filled for the caller, who has set its size.
pub(crate) struct OutStruct<T>(NonNull<T>, usize);

impl<T: Struct> OutStruct<T> {
    /// # Safety
    /// `place` is NULL, or leads to a struct of the size that it says until the call returns.
    pub(crate) unsafe fn new(place: *mut T) -> Result<Self, Status> {
        let place = NonNull::new(place).ok_or(Status::SPANMASK_NULL)?;
        // SAFETY: not NULL, so there is a struct.
        let size = unsafe { size(place.as_ptr()) }?;
        Ok(Self(place, size))
    }

    /// Fills as much as the caller has room for, but its size; what is not known here becomes 0.
    pub(crate) fn set(self, value: &T) {
        let known = self.1.min(size_of::<T>());
        let head = size_of::<usize>();
        let place = self.0.as_ptr().cast::<u8>();
        // SAFETY: a `Struct` goes on behind its size.
        let from = unsafe { std::ptr::from_ref(value).cast::<u8>().add(head) };
        // SAFETY: so does the one of the caller, as `known` is larger.
        let to = unsafe { place.add(head) };
        // SAFETY: `known` is the smaller of both sizes; the caller's memory is not ours.
        unsafe { std::ptr::copy_nonoverlapping(from, to, known - head) };
        // SAFETY: the struct of the caller has `self.1` bytes, of which `known` are filled.
        let rest = unsafe { place.add(known) };
        // SAFETY: as above.
        unsafe { rest.write_bytes(0, self.1 - known) };
    }
}
