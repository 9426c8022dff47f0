//! Policies.

use crate::call::call;
use crate::externals::{self, spanmask_external};
use crate::problem::{Told, spanmask_on_problem};
use crate::raw::{self, Out, Struct, spanmask_text};
use crate::status::{Status, spanmask_status};
use spanmask_rs::{Document, Format, Policy, PolicyError, WriteError};
use std::ffi::{c_char, c_void};
use zeroize::Zeroizing;

/// A compiled policy. It never changes: any number of threads may use one at once.
pub struct spanmask_policy {
    pub(crate) policy: Policy,
}

/// What a policy is written in.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum spanmask_format {
    /// YAML.
    SPANMASK_FORMAT_YAML = 0,
    /// JSON.
    SPANMASK_FORMAT_JSON = 1,
    /// TOML.
    SPANMASK_FORMAT_TOML = 2,
}

/// How to compile a policy. All zero but struct_size is the same as no options.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_policy_options {
    /// sizeof(spanmask_policy_options), set by the caller.
    pub struct_size: usize,
    /// A spanmask_format.
    pub format: i32,
    /// Keys that the policy names. They are copied, and wiped when the policy is freed.
    pub keys: *const spanmask_external,
    /// How many keys.
    pub keys_len: usize,
    /// Lists of literals that the policy names. They are copied.
    pub literals: *const spanmask_external,
    /// How many lists of literals.
    pub literals_len: usize,
    /// Is told each problem and warning; may be NULL.
    pub on_problem: spanmask_on_problem,
    /// Handed to on_problem as it is.
    pub user: *mut c_void,
    /// Room for all problems as one text, a line each, cut off where the room ends, always ended with NUL; empty when
    /// there is none. May be NULL when message_capacity is 0.
    pub message: *mut c_char,
    /// Bytes of that room. 1024 hold some ten problems.
    pub message_capacity: usize,
}

// SAFETY: `repr(C)`, begins with its size; pointers and the callback may be NULL, numbers 0.
unsafe impl Struct for spanmask_policy_options {
    const FIRST: usize = size_of::<Self>();
}

impl spanmask_policy_options {
    const NONE: Self = Self {
        struct_size: size_of::<Self>(),
        format: 0,
        keys: std::ptr::null(),
        keys_len: 0,
        literals: std::ptr::null(),
        literals_len: 0,
        on_problem: None,
        user: std::ptr::null_mut(),
        message: std::ptr::null_mut(),
        message_capacity: 0,
    };

    fn format(&self) -> Result<Format, Status> {
        match self.format {
            0 => Ok(Format::Yaml),
            1 => Ok(Format::Json),
            2 => Ok(Format::Toml),
            _ => Err(Status::SPANMASK_ARGUMENT),
        }
    }
}

/// Compiles a policy.
///
/// text, len: the policy, UTF-8. options: NULL for YAML that names nothing outside itself. policy: gets the handle; the
/// caller frees it with spanmask_policy_free. Nothing of what is handed in is needed afterwards.
///
/// SPANMASK_POLICY when the policy has problems: options says where they are told, the one thing that is written when
/// a call fails. SPANMASK_ARGUMENT when the text or a name is not UTF-8, or the format does not exist. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_compile(
    text: *const c_char,
    len: usize,
    options: *const spanmask_policy_options,
    policy: *mut *mut spanmask_policy,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(policy) }?;
        // SAFETY: the caller promises NULL or options of their size.
        let options = unsafe { raw::read(options) }?.unwrap_or(spanmask_policy_options::NONE);
        // SAFETY: the caller promises the room and the callback that the options name.
        let mut told = unsafe { told(&options) }?;
        // SAFETY: the caller promises `len` bytes of text.
        let text = unsafe { spanmask_text { data: text, len }.read() }?;
        let format = options.format()?;
        let (keys, literals) = ((options.keys, options.keys_len), (options.literals, options.literals_len));
        // SAFETY: the caller promises the lists that the options name.
        let externals = unsafe { externals::read(keys, literals) }?;
        let compiled =
            Document::parse(text, format).and_then(|document| Policy::compile(&document, &externals));
        finish(compiled, &mut told, place)
    })
}

/// Compiles a policy that the library brings along: "default" or "langfuse-docs".
///
/// name, len: its name. options: NULL, or where problems are told; the rest of it is not looked at. policy: as in
/// spanmask_policy_compile. SPANMASK_POLICY when there is no preset of this name. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_preset(
    name: *const c_char,
    len: usize,
    options: *const spanmask_policy_options,
    policy: *mut *mut spanmask_policy,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(policy) }?;
        // SAFETY: the caller promises NULL or options of their size.
        let options = unsafe { raw::read(options) }?.unwrap_or(spanmask_policy_options::NONE);
        // SAFETY: the caller promises the room and the callback that the options name.
        let mut told = unsafe { told(&options) }?;
        // SAFETY: the caller promises `len` bytes of text.
        let name = unsafe { spanmask_text { data: name, len }.read() }?;
        finish(Policy::preset(name), &mut told, place)
    })
}

/// # Safety
/// Behind `message` lies the room that the options name, and the callback can be called.
unsafe fn told<'a>(options: &spanmask_policy_options) -> Result<Told<'a>, Status> {
    let spanmask_policy_options { on_problem, user, message, message_capacity, .. } = *options;
    // SAFETY: the caller promises the same to us.
    unsafe { Told::new(on_problem, user, message, message_capacity) }
}

fn finish(
    compiled: Result<Policy, PolicyError>,
    told: &mut Told<'_>,
    place: Out<*mut spanmask_policy>,
) -> Result<(), Status> {
    match compiled {
        Ok(policy) => {
            policy.warnings().iter().for_each(|warning| told.warning(warning));
            raw::give(place, spanmask_policy { policy });
            Ok(())
        }
        Err(error) => {
            error.problems().iter().for_each(|problem| told.problem(problem));
            Err(Status::SPANMASK_POLICY)
        }
    }
}

/// Makes another handle of the same policy; both are to be freed, in any order. Costs next to nothing. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_clone(
    policy: *const spanmask_policy,
    clone: *mut *mut spanmask_policy,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(clone) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?.policy.clone();
        raw::give(place, spanmask_policy { policy });
        Ok(())
    })
}

/// Saves a compiled policy as an image, which loads in a fraction of the time that compiling takes.
///
/// keys: not 0 to write the keys of hash actions as they are; whoever has the image can then find out which texts a
/// pseudonym stands for. image, capacity: room for the image; when image is NULL and capacity 0, only the length is given.
/// len: gets the length of the image. The same policy gives the same bytes.
///
/// SPANMASK_KEYS when the policy has keys and keys is 0, SPANMASK_CAPACITY when the image does not fit. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_save(
    policy: *const spanmask_policy,
    keys: i32,
    image: *mut u8,
    capacity: usize,
    len: *mut usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a number.
        let place = unsafe { Out::new(len) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?;
        // SAFETY: the caller promises `capacity` bytes to us alone.
        let room = unsafe { raw::room(image, capacity) }?;
        let saved = match keys {
            0 => policy.policy.save().map(Zeroizing::new),
            _ => policy.policy.save_with_keys(),
        };
        let saved = saved.map_err(|error| match error {
            WriteError::Keys => Status::SPANMASK_KEYS,
            _ => Status::SPANMASK_ARGUMENT,
        })?;
        if !image.is_null() || capacity > 0 {
            room.get_mut(..saved.len()).ok_or(Status::SPANMASK_CAPACITY)?.copy_from_slice(&saved);
        }
        place.set(saved.len());
        Ok(())
    })
}

/// Loads a policy from an image that spanmask_policy_save or "spanmask policy compile" has written.
///
/// image, len: the image, at any address; it is checked in full and copied. policy: gets the handle, as in
/// spanmask_policy_compile. SPANMASK_IMAGE when it is damaged, of another version, or no image. No bytes make masking
/// unsafe, but they decide what is masked: take images from those from whom you would take policies. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_load(
    image: *const u8,
    len: usize,
    policy: *mut *mut spanmask_policy,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(policy) }?;
        // SAFETY: the caller promises `len` bytes.
        let image = unsafe { raw::bytes(image, len) }?;
        let policy = Policy::load(image).map_err(|_| Status::SPANMASK_IMAGE)?;
        raw::give(place, spanmask_policy { policy });
        Ok(())
    })
}

/// Gives the id of a rule; the first rule has index 0.
///
/// id: gets a text that lives as long as the handle. SPANMASK_ARGUMENT when there are not so many rules. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_rule(
    policy: *const spanmask_policy,
    index: usize,
    id: *mut spanmask_text,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a text.
        let place = unsafe { Out::new(id) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?;
        let id = policy.policy.rules().nth(index).ok_or(Status::SPANMASK_ARGUMENT)?;
        place.set(spanmask_text::lend(id));
        Ok(())
    })
}

/// Gives the name of a detector of the host that the policy asks (detect: host:NAME); the first one has index 0.
///
/// name: gets a text that lives as long as the handle. SPANMASK_ARGUMENT when there are not so many. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_detector(
    policy: *const spanmask_policy,
    index: usize,
    name: *mut spanmask_text,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a text.
        let place = unsafe { Out::new(name) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?;
        let name = policy.policy.host_detectors().nth(index).ok_or(Status::SPANMASK_ARGUMENT)?;
        place.set(spanmask_text::lend(name));
        Ok(())
    })
}

/// Frees a policy and sets the variable that held it to NULL; does nothing when it is NULL already. Maskers that were
/// opened with it go on. Any thread, once nobody uses this handle any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_policy_free(policy: *mut *mut spanmask_policy) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a variable with a handle, or NULL, that nobody else uses.
        drop(unsafe { raw::take(policy) }?);
        Ok(())
    })
}
