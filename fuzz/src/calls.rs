//! Whatever sequence of calls: the C library answers as its contract says.
//!
//! Oracle: every handle has a twin of the Rust API, and every call is made there too. Statuses, outputs, errors and reports
//! must be the same; outputs are written on success only; `SPANMASK_PANIC` never comes. Rooms are allocated to the byte, so that
//! AddressSanitizer sees what reaches beyond.

use crate::{policies, shown};
use spanmask::{Error, Framing, Masker, Oversize, Policy, Status, Stream, StreamOptions};
use spanmask_c::detector::{spanmask_detector, spanmask_span};
use spanmask_c::error::spanmask_error;
use spanmask_c::finding::{spanmask_finding, spanmask_path_write};
use spanmask_c::library::spanmask_library_describe;
use spanmask_c::masker::{
    spanmask_masker, spanmask_masker_error, spanmask_masker_free, spanmask_masker_mask_in_place,
    spanmask_masker_mask_into, spanmask_masker_open, spanmask_masker_options, spanmask_masker_report,
    spanmask_masker_scan,
};
use spanmask_c::policy::{
    spanmask_policy, spanmask_policy_clone, spanmask_policy_compile, spanmask_policy_detector,
    spanmask_policy_free, spanmask_policy_load, spanmask_policy_options, spanmask_policy_rule,
    spanmask_policy_save,
};
use spanmask_c::raw::spanmask_text;
use spanmask_c::report::spanmask_report;
use spanmask_c::status::spanmask_status::{self, *};
use spanmask_c::stream::{
    spanmask_progress, spanmask_stream, spanmask_stream_error, spanmask_stream_finish, spanmask_stream_flush,
    spanmask_stream_free, spanmask_stream_open, spanmask_stream_options, spanmask_stream_push,
    spanmask_stream_report, spanmask_stream_reset,
};
use std::ffi::{c_char, c_void};
use std::fmt;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// Bytes of a call.
pub const CALL: usize = 5;
/// Calls of an input.
const CALLS: usize = 40;
/// Maskers and streams that an input may open: each takes a megabyte.
const OPENED: usize = 6;
const SLOTS: usize = 2;
/// What outputs hold that nobody has written.
const UNTOUCHED: usize = 0x5a5a_5a5a;
const WINDOWS: [usize; 8] = [0, 1, 31, 32, 50, 100, 1_000, usize::MAX];

/// A handle, and its twin.
struct Twin<H, T> {
    handle: *mut H,
    twin: Option<T>,
}

impl<H, T> Twin<H, T> {
    const NONE: Self = Self { handle: null_mut(), twin: None };
}

struct Masking {
    masker: Masker,
    last: Last,
    policy: Policy,
}

struct Streaming {
    stream: Stream,
    finishing: bool,
    last: Last,
    policy: Policy,
    window: usize,
}

/// What a stream is told.
#[derive(Clone, Copy)]
enum Step<'a> {
    Push(&'a [u8]),
    Flush,
    Finish,
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Push(piece) => write!(f, "push {}", shown(piece)),
            Self::Flush => f.write_str("flush"),
            Self::Finish => f.write_str("finish"),
        }
    }
}

/// What went wrong in the last call.
type Last = Result<(), Fault>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Of(Error),
    Status(spanmask_status),
}

impl Fault {
    fn status(self) -> spanmask_status {
        match self {
            Self::Of(Error::Refused { .. }) => SPANMASK_REFUSED,
            Self::Of(Error::Capacity { .. }) => SPANMASK_CAPACITY,
            Self::Of(Error::Detector { .. }) => SPANMASK_DETECTOR,
            Self::Of(Error::Oversize { .. }) => SPANMASK_OVERSIZE,
            Self::Of(other) => panic!("{other}"),
            Self::Status(status) => status,
        }
    }
}

fn status_of(last: Last) -> spanmask_status {
    last.map_or_else(Fault::status, |()| SPANMASK_OK)
}

/// The policies, loaded through the C library; they live as long as the process.
fn loaded(index: usize) -> *mut spanmask_policy {
    static HANDLES: [OnceLock<usize>; policies::COUNT] = [const { OnceLock::new() }; policies::COUNT];
    let address = HANDLES[index].get_or_init(|| {
        let image = policies::get(index).save_with_keys().expect("an image");
        let mut policy = null_mut();
        // SAFETY: an image as long as it says, room for a handle.
        let status = unsafe { spanmask_policy_load(image.as_ptr(), image.len(), &raw mut policy) };
        assert_eq!(status, SPANMASK_OK);
        policy.expose_provenance()
    });
    std::ptr::with_exposed_provenance_mut(*address)
}

fn policy_options() -> spanmask_policy_options {
    spanmask_policy_options {
        struct_size: size_of::<spanmask_policy_options>(),
        format: 0,
        keys: null(),
        keys_len: 0,
        literals: null(),
        literals_len: 0,
        on_problem: None,
        user: null_mut(),
        message: null_mut(),
        message_capacity: 0,
    }
}

/// What a detector that C brings is asked: as `policies::tell`. `user` leads to its name.
unsafe extern "C" fn on_text(
    user: *mut c_void,
    text: *const c_char,
    len: usize,
    spans: *mut spanmask_span,
    capacity: usize,
    count: *mut usize,
) -> i32 {
    // SAFETY: it was handed in so, and lives as long as the process.
    let name = unsafe { *user.cast::<&'static str>() };
    // SAFETY: the library promises `len` bytes.
    let text = unsafe { std::slice::from_raw_parts(text.cast(), len) };
    let text = std::str::from_utf8(text).expect("UTF-8, as promised");
    let mut told = 0;
    let done = policies::tell(name, text, &mut |start, end| {
        if told < capacity {
            // SAFETY: the library promises room for `capacity` spans.
            unsafe { spans.add(told).write(spanmask_span { start, end }) };
        }
        told += 1;
    });
    // SAFETY: the library promises room for a number.
    unsafe { count.write(told) };
    i32::from(done.is_err())
}

static NAMES: [&str; 2] = policies::ASKED;

fn detectors() -> [spanmask_detector; 2] {
    [0, 1].map(|n| spanmask_detector {
        name: spanmask_text { data: NAMES[n].as_ptr().cast(), len: NAMES[n].len() },
        on_text: Some(on_text),
        user: (&raw const NAMES[n]).cast_mut().cast(),
    })
}

/// A struct as C programs of other versions have it: how large it says it is, and what follows.
#[repr(C)]
struct Sized<T> {
    it: T,
    more: [u8; 16],
}

/// How a struct is handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Size {
    Right,
    Null,
    Zero,
    Small,
    Huge,
    /// By a newer program that asks for nothing new.
    Newer,
    /// By one that does.
    Asking,
}

impl Size {
    fn by(byte: u8) -> Self {
        match byte {
            0 => Self::Null,
            1 => Self::Zero,
            2 => Self::Small,
            3 => Self::Huge,
            4 => Self::Newer,
            5 => Self::Asking,
            _ => Self::Right,
        }
    }

    fn bytes<T>(self) -> usize {
        match self {
            Self::Zero => 0,
            Self::Small => size_of::<usize>(),
            Self::Huge => 1 << 20,
            Self::Newer | Self::Asking => size_of::<T>() + 16,
            _ => size_of::<T>(),
        }
    }

    /// What the size alone leads to. `out` structs may be larger and hold anything.
    fn status(self, out: bool) -> Option<spanmask_status> {
        match self {
            Self::Null => out.then_some(SPANMASK_NULL),
            Self::Zero | Self::Small | Self::Huge => Some(SPANMASK_STRUCT_SIZE),
            Self::Asking => (!out).then_some(SPANMASK_STRUCT_SIZE),
            _ => None,
        }
    }

    fn hand<T>(self, it: T) -> Sized<T> {
        Sized { it, more: [if self == Self::Asking { 0x5a } else { 0 }; 16] }
    }
}

/// Runs one input: a number of calls, the calls, and the text that they are about.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((&count, rest)) = data.split_first() else { return };
    let len = (usize::from(count) % CALLS * CALL).min(rest.len());
    let (calls, text) = rest.split_at(len);
    let mut world = World {
        policies: [const { Twin::NONE }; SLOTS],
        maskers: [const { Twin::NONE }; SLOTS],
        streams: [const { Twin::NONE }; SLOTS],
        text: &text[..text.len().min(2_000)],
        image: None,
        at: 0,
        opened: 0,
    };
    for call in calls.chunks_exact(CALL) {
        let &[what, a, b, c, d] = call.first_chunk().expect("five bytes");
        world.call(what, a, b, c, d);
    }
}

struct World<'a> {
    policies: [Twin<spanmask_policy, Policy>; SLOTS],
    maskers: [Twin<spanmask_masker, Masking>; SLOTS],
    streams: [Twin<spanmask_stream, Streaming>; SLOTS],
    text: &'a [u8],
    /// The last one that was saved, and what it is of.
    image: Option<(Box<[u8]>, Policy)>,
    /// Where the next piece begins.
    at: usize,
    opened: usize,
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        for slot in 0..SLOTS {
            self.free_policy(slot);
            self.free_masker(slot);
            self.free_stream(slot);
        }
    }
}

impl World<'_> {
    fn call(&mut self, what: u8, a: u8, b: u8, c: u8, d: u8) {
        let (slot, other) = (usize::from(a) % SLOTS, usize::from(b) % SLOTS);
        match what % 24 {
            0 => self.clone_compiled(slot, b),
            1 => self.clone_policy(slot, other, c == 0),
            2 => self.free_policy(slot),
            3 => self.compile(slot, b, c, d),
            4 => self.rule(slot, usize::from(b), c == 0),
            5 | 6 => self.open_masker(slot, other, c, d),
            7 | 8 => self.mask_in_place(slot, b, c, d),
            9 => self.mask_into(slot, b, c, d),
            10 => self.scan(slot, b, c, d),
            11 => self.masker_told(slot, b, c),
            12 => self.free_masker(slot),
            13 => self.open_stream(slot, other, c, d),
            14 | 15 => self.push(slot, b, c, d),
            16 => self.give(slot, Step::Finish, c, d),
            17 => self.reset(slot, b),
            18 => self.stream_told(slot, b, c),
            19 => self.give(slot, Step::Flush, c, d),
            20 => self.save(slot, b, c, d),
            21 => self.load(slot, b, c, d),
            _ if b < 200 => self.free_stream(slot),
            _ => describe(),
        }
    }

    fn clone_compiled(&mut self, slot: usize, index: u8) {
        // Not the presets, which take their time.
        let index = 2 + usize::from(index) % (policies::COUNT - 2);
        self.free_policy(slot);
        let mut clone = null_mut();
        // SAFETY: a live handle, room for one.
        let status = unsafe { spanmask_policy_clone(loaded(index), &raw mut clone) };
        assert_eq!(status, SPANMASK_OK);
        self.policies[slot] = Twin { handle: clone, twin: Some(policies::get(index).clone()) };
    }

    fn clone_policy(&mut self, slot: usize, other: usize, nowhere: bool) {
        let from = self.policies[slot].handle;
        let mut clone = std::ptr::without_provenance_mut(UNTOUCHED);
        let place = if nowhere { null_mut() } else { &raw mut clone };
        // SAFETY: NULL or a live handle, NULL or room for one.
        let status = unsafe { spanmask_policy_clone(from, place) };
        if nowhere || from.is_null() {
            assert_eq!((status, clone.addr()), (SPANMASK_NULL, UNTOUCHED));
            return;
        }
        assert_eq!(status, SPANMASK_OK);
        let twin = self.policies[slot].twin.clone();
        self.free_policy(other);
        self.policies[other] = Twin { handle: clone, twin };
    }

    fn free_policy(&mut self, slot: usize) {
        let policy = &mut self.policies[slot];
        for _ in 0..2 {
            // SAFETY: a variable with NULL or a live handle.
            assert_eq!(unsafe { spanmask_policy_free(&raw mut policy.handle) }, SPANMASK_OK);
            assert!(policy.handle.is_null());
        }
        policy.twin = None;
    }

    /// A short policy out of the text, mostly one that is refused.
    fn compile(&mut self, slot: usize, format: u8, len: u8, size: u8) {
        self.free_policy(slot);
        let text = &self.text[..self.text.len().min(usize::from(len))];
        if text.windows(6).any(|word| word == b"preset") {
            return;
        }
        let size = Size::by(size);
        let format = i32::from(format % 4);
        let mut message = Box::new([0x5a_u8; 40]);
        let mut problems = 0_usize;
        unsafe extern "C" fn on_problem(
            user: *mut c_void,
            problem: *const spanmask_c::problem::spanmask_problem,
        ) {
            // SAFETY: it was handed in so.
            unsafe { *user.cast::<usize>() += 1 };
            // SAFETY: the library promises a problem.
            let problem = unsafe { &*problem };
            assert_eq!(problem.struct_size, size_of_val(problem));
            for text in [problem.path, problem.message, problem.suggestion] {
                // SAFETY: the library promises texts that live until we return.
                let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
                assert!(std::str::from_utf8(bytes).is_ok());
            }
        }
        let options = size.hand(spanmask_policy_options {
            struct_size: size.bytes::<spanmask_policy_options>(),
            format,
            on_problem: Some(on_problem),
            user: (&raw mut problems).cast(),
            message: message.as_mut_ptr().cast(),
            message_capacity: message.len(),
            ..policy_options()
        });
        let options = if size == Size::Null { null() } else { (&raw const options).cast() };
        let place = &raw mut self.policies[slot].handle;
        // SAFETY: text, options and room live through the call.
        let status = unsafe { spanmask_policy_compile(text.as_ptr().cast(), text.len(), options, place) };
        if let Some(expected) = size.status(false) {
            assert_eq!(status, expected);
            return;
        }
        let format = match format {
            _ if size == Size::Null => spanmask::Format::Yaml,
            0 => spanmask::Format::Yaml,
            1 => spanmask::Format::Json,
            2 => spanmask::Format::Toml,
            _ => return assert_eq!(status, SPANMASK_ARGUMENT),
        };
        let Ok(text) = std::str::from_utf8(text) else { return assert_eq!(status, SPANMASK_ARGUMENT) };
        let twin = spanmask::Document::parse(text, format)
            .and_then(|document| Policy::compile(&document, &spanmask::NoExternals));
        let expected = if twin.is_ok() { SPANMASK_OK } else { SPANMASK_POLICY };
        assert_eq!(status, expected, "{text}");
        if size != Size::Null {
            let told =
                twin.as_ref().map_or_else(|error| error.problems().len(), |policy| policy.warnings().len());
            assert_eq!(problems, told, "{text}");
            assert!(message.contains(&0), "{text}");
        }
        self.policies[slot].twin = twin.ok();
    }

    /// Into a room of each size around that of the image.
    fn save(&mut self, slot: usize, keys: u8, room: u8, nowhere: u8) {
        let Twin { handle, twin } = &self.policies[slot];
        let saved = twin.as_ref().map(|twin| match keys % 2 {
            0 => twin.save(),
            _ => twin.save_with_keys().map(|image| image.to_vec()),
        });
        let needed = saved.as_ref().map_or(0, |saved| saved.as_ref().map_or(0, Vec::len));
        // NULL and no room asks for the length.
        let capacity = match room % 4 {
            0 => None,
            1 => Some(needed.saturating_sub(1 + usize::from(room))),
            2 => Some(needed),
            _ => Some(needed + usize::from(room)),
        };
        let mut image = vec![b'#'; capacity.unwrap_or(0)].into_boxed_slice();
        let data = if capacity.is_none() { null_mut() } else { image.as_mut_ptr() };
        let mut len = UNTOUCHED;
        let place = if nowhere == 0 { null_mut() } else { &raw mut len };
        // SAFETY: NULL or a live handle, an image as long as it says, NULL or room for a number.
        let status = unsafe { spanmask_policy_save(*handle, i32::from(keys % 2), data, image.len(), place) };
        let expected = match &saved {
            _ if nowhere == 0 => SPANMASK_NULL,
            None => SPANMASK_NULL,
            Some(Err(error)) => {
                assert_eq!(*error, spanmask::WriteError::Keys);
                SPANMASK_KEYS
            }
            Some(Ok(saved)) if capacity.is_some_and(|capacity| capacity < saved.len()) => SPANMASK_CAPACITY,
            Some(Ok(_)) => SPANMASK_OK,
        };
        assert_eq!(status, expected);
        let (Some(Ok(saved)), SPANMASK_OK) = (saved, status) else {
            assert_eq!(len, UNTOUCHED);
            return assert!(image.iter().all(|byte| *byte == b'#'), "an image was written");
        };
        assert_eq!(len, saved.len());
        if capacity.is_some() {
            let (written, rest) = image.split_at(len);
            assert!(written == saved, "another image");
            assert!(rest.iter().all(|byte| *byte == b'#'), "more than the image was written");
            self.image = twin.clone().map(|twin| (written.into(), twin));
        }
    }

    /// The image that was saved, as it was or with a byte changed, cut off, or out of the text; at any address.
    fn load(&mut self, slot: usize, how: u8, at: u8, nowhere: u8) {
        let (mut bytes, saved) = match &self.image {
            Some((image, policy)) if how < 230 => (image.to_vec(), Some(policy.clone())),
            _ => (self.text.to_vec(), None),
        };
        let place = usize::from(at) * 257 % bytes.len().max(1);
        let whole = match how % 4 {
            2 if !bytes.is_empty() => {
                bytes[place] ^= 1 << (how >> 5);
                false
            }
            3 => {
                bytes.truncate(place);
                false
            }
            _ => true,
        };
        let shift = usize::from(at % 16);
        let moved = [&[0; 16][..shift], &bytes].concat().into_boxed_slice();
        let expected = match saved.filter(|_| whole) {
            Some(policy) => Some(policy),
            None => Policy::load(&bytes).ok(),
        };
        let mut handle = std::ptr::without_provenance_mut(UNTOUCHED);
        let to = if nowhere == 0 { null_mut() } else { &raw mut handle };
        let image = &moved[shift..];
        // SAFETY: an image as long as it says, NULL or room for a handle.
        let status = unsafe { spanmask_policy_load(image.as_ptr(), image.len(), to) };
        let Some(twin) = expected.filter(|_| nowhere != 0) else {
            let expected = if nowhere == 0 { SPANMASK_NULL } else { SPANMASK_IMAGE };
            return assert_eq!((status, handle.addr()), (expected, UNTOUCHED));
        };
        assert_eq!(status, SPANMASK_OK, "its own image is refused");
        self.free_policy(slot);
        self.policies[slot] = Twin { handle, twin: Some(twin) };
    }

    fn rule(&mut self, slot: usize, index: usize, nowhere: bool) {
        let policy = &self.policies[slot];
        let untouched = spanmask_text { data: null(), len: UNTOUCHED };
        let (mut rule, mut detector) = (untouched, untouched);
        let place = |text: &mut spanmask_text| if nowhere { null_mut() } else { &raw mut *text };
        // SAFETY: NULL or a live handle, NULL or room for a text.
        let rule_status = unsafe { spanmask_policy_rule(policy.handle, index, place(&mut rule)) };
        // SAFETY: as above.
        let detector_status = unsafe { spanmask_policy_detector(policy.handle, index, place(&mut detector)) };
        let Some(twin) = policy.twin.as_ref().filter(|_| !nowhere) else {
            assert_eq!((rule_status, detector_status), (SPANMASK_NULL, SPANMASK_NULL));
            assert_eq!((rule.len, detector.len), (UNTOUCHED, UNTOUCHED));
            return;
        };
        let expected = [twin.rules().nth(index), twin.host_detectors().nth(index)];
        for (expected, (status, text)) in
            expected.into_iter().zip([(rule_status, rule), (detector_status, detector)])
        {
            match expected {
                None => assert_eq!((status, text.len), (SPANMASK_ARGUMENT, UNTOUCHED)),
                Some(expected) => {
                    assert_eq!(status, SPANMASK_OK);
                    // SAFETY: the library promises a text that lives as long as the policy.
                    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
                    assert_eq!(bytes, expected.as_bytes());
                }
            }
        }
    }

    fn open_masker(&mut self, slot: usize, policy: usize, settings: u8, size: u8) {
        if self.opened == OPENED {
            return;
        }
        self.opened += 1;
        self.free_masker(slot);
        let (framing, without, size) = (i32::from(settings % 4) - 1, settings >> 6 == 3, Size::by(size));
        let detectors = detectors();
        let options = size.hand(spanmask_masker_options {
            struct_size: size.bytes::<spanmask_masker_options>(),
            framing,
            detectors: detectors.as_ptr(),
            detectors_len: if without { 0 } else { 2 },
        });
        let options = if size == Size::Null { null() } else { (&raw const options).cast() };
        let from = &self.policies[policy];
        let mut handle = std::ptr::without_provenance_mut(UNTOUCHED);
        // SAFETY: NULL or a live handle, options of their size, room for a handle.
        let status = unsafe { spanmask_masker_open(from.handle, options, &raw mut handle) };
        let (framing, without) = if size == Size::Null { (0, true) } else { (framing, without) };
        let expected = match &from.twin {
            None => SPANMASK_NULL,
            Some(_) if size.status(false).is_some() => SPANMASK_STRUCT_SIZE,
            Some(_) if !(0..2).contains(&framing) => SPANMASK_ARGUMENT,
            Some(twin) => asks(twin, without),
        };
        assert_eq!(status, expected);
        let Some(policy) = from.twin.clone().filter(|_| status == SPANMASK_OK) else {
            assert_eq!(handle.addr(), UNTOUCHED);
            return;
        };
        let mut masker = policies::masker(&policy);
        masker.set_framing(if framing == 1 { Framing::One } else { Framing::Sequence });
        self.maskers[slot] = Twin { handle, twin: Some(Masking { masker, last: Ok(()), policy }) };
    }

    fn free_masker(&mut self, slot: usize) {
        let masker = &mut self.maskers[slot];
        for _ in 0..2 {
            // SAFETY: a variable with NULL or a live handle.
            assert_eq!(unsafe { spanmask_masker_free(&raw mut masker.handle) }, SPANMASK_OK);
            assert!(masker.handle.is_null());
        }
        masker.twin = None;
    }

    /// A part of the text.
    fn part(&self, from: u8, len: u8) -> &[u8] {
        let from = usize::from(from).min(self.text.len());
        let rest = &self.text[from..];
        &rest[..if len >= 128 { rest.len() } else { rest.len().min(usize::from(len)) }]
    }

    fn mask_in_place(&mut self, slot: usize, from: u8, len: u8, room: u8) {
        let text = self.part(from, len).to_vec();
        let mut buffer = text.clone();
        buffer.resize(text.len() + usize::from(room / 2), b'#');
        let mut buffer = buffer.into_boxed_slice();
        // A length that is more than the room.
        let too_long = room == 255;
        let given = if too_long { buffer.len() + 1 } else { text.len() };
        let nowhere = room == 254;
        let mut masked = UNTOUCHED;
        let place = if nowhere { null_mut() } else { &raw mut masked };
        let before = buffer.clone();
        let Twin { handle, twin } = &mut self.maskers[slot];
        // SAFETY: NULL or a live handle; the buffer is as long as it says; room for a number.
        let status = unsafe {
            spanmask_masker_mask_in_place(*handle, buffer.as_mut_ptr(), given, buffer.len(), place)
        };
        let Some(twin) = twin.as_mut().filter(|_| !nowhere) else {
            assert_eq!((status, masked), (SPANMASK_NULL, UNTOUCHED));
            return;
        };
        if too_long {
            assert_eq!((status, masked), (SPANMASK_ARGUMENT, UNTOUCHED));
            assert!(buffer == before);
            return;
        }
        let mut expected = before.clone();
        let result = twin.masker.mask_in_place(&mut expected, text.len());
        twin.last = result.map(drop).map_err(Fault::Of);
        assert_eq!(status, status_of(twin.last), "{} with {:?}", shown(&text), twin.policy);
        match result {
            Ok(len) => {
                assert_eq!(masked, len);
                assert!(
                    buffer[..len] == expected[..len],
                    "{} not {}",
                    shown(&buffer[..len]),
                    shown(&expected[..len])
                );
            }
            Err(_) => {
                assert_eq!(masked, UNTOUCHED);
                assert!(buffer == before, "the buffer changed: {}", shown(&text));
            }
        }
    }

    fn mask_into(&mut self, slot: usize, from: u8, len: u8, room: u8) {
        let text = self.part(from, len).to_vec().into_boxed_slice();
        let mut output = vec![b'#'; usize::from(room) * 2].into_boxed_slice();
        let mut expected = output.clone();
        let mut masked = UNTOUCHED;
        let Twin { handle, twin } = &mut self.maskers[slot];
        if room == 255 && !text.is_empty() {
            let at = text.as_ptr();
            // SAFETY: nothing is written where input and output share memory, as promised.
            let status = unsafe {
                spanmask_masker_mask_into(*handle, at, text.len(), at.cast_mut(), text.len(), &raw mut masked)
            };
            assert_eq!((status, masked), (SPANMASK_OVERLAP, UNTOUCHED));
        }
        let (data, capacity) = (output.as_mut_ptr(), output.len());
        // SAFETY: NULL or a live handle; text and output are as long as they say; room for a number.
        let status = unsafe {
            spanmask_masker_mask_into(*handle, text.as_ptr(), text.len(), data, capacity, &raw mut masked)
        };
        let Some(twin) = twin else {
            assert_eq!((status, masked), (SPANMASK_NULL, UNTOUCHED));
            return;
        };
        let result = twin.masker.mask_into(&text, &mut expected);
        twin.last = result.map(drop).map_err(Fault::Of);
        assert_eq!(status, status_of(twin.last), "{} with {:?}", shown(&text), twin.policy);
        assert_eq!(masked, result.unwrap_or(UNTOUCHED));
        assert!(result.is_err() || output[..masked] == expected[..masked]);
    }

    fn scan(&mut self, slot: usize, from: u8, len: u8, how: u8) {
        let text = self.part(from, len).to_vec().into_boxed_slice();
        let Twin { handle, twin } = &mut self.maskers[slot];
        let stop = how.is_multiple_of(4).then_some(usize::from(how >> 5));
        let mut heard = Heard { found: Vec::new(), stop, handle: *handle, told: false };
        let mut masked = UNTOUCHED;
        let (on, user) =
            if how == 255 { (None, null_mut()) } else { (Some(ON_FINDING), (&raw mut heard).cast()) };
        // SAFETY: NULL or a live handle; the text is as long as it says; the callback can be called; room for a number.
        let status =
            unsafe { spanmask_masker_scan(*handle, text.as_ptr(), text.len(), on, user, &raw mut masked) };
        let Some(twin) = twin else {
            assert_eq!((status, masked), (SPANMASK_NULL, UNTOUCHED));
            return;
        };
        let mut found = Vec::new();
        let result = twin.masker.scan(&text, &mut |finding| {
            let path = finding.path.to_string();
            found.push((finding.index, finding.start, finding.end, u32::from(finding.level), path));
        });
        if let (Some(on_or_after), true) = (stop, on.is_some()) {
            found.truncate(on_or_after + 1);
        }
        let stopped = heard.told;
        twin.last = match result {
            Ok(_) if stopped => Err(Fault::Status(SPANMASK_CALLBACK)),
            other => other.map(drop).map_err(Fault::Of),
        };
        assert_eq!(status, status_of(twin.last), "{} with {:?}", shown(&text), twin.policy);
        assert_eq!(masked, if status == SPANMASK_OK { result.unwrap_or(0) } else { UNTOUCHED });
        assert!(on.is_none() || heard.found == found, "{:?} not {found:?}", heard.found);
    }

    fn masker_told(&mut self, slot: usize, report: u8, error: u8) {
        let Twin { handle, twin } = &self.maskers[slot];
        let (handle, mut counts) = (*handle, vec![u64::MAX; usize::from(report >> 4)].into_boxed_slice());
        let (report, error) = (Size::by(report % 16), Size::by(error));
        let (mut totals, mut fault) = (report.hand(totals(report)), error.hand(no_error(error)));
        let totals_place = if report == Size::Null { null_mut() } else { (&raw mut totals).cast() };
        let fault_place = if error == Size::Null { null_mut() } else { (&raw mut fault).cast() };
        let (data, len) = (counts.as_mut_ptr(), counts.len());
        // SAFETY: NULL or a live handle, NULL or a struct of its size, room for the counts.
        let reported = unsafe { spanmask_masker_report(handle, totals_place, data, len) };
        // SAFETY: as above.
        let told = unsafe { spanmask_masker_error(handle, fault_place) };
        let twin = twin.as_ref().map(|twin| (twin.masker.report(), 0, twin.last));
        check_told(twin, (report, reported, &totals, &counts), (error, told, &fault));
    }

    fn stream_told(&mut self, slot: usize, report: u8, error: u8) {
        let Twin { handle, twin } = &self.streams[slot];
        let (handle, mut counts) = (*handle, vec![u64::MAX; usize::from(report >> 4)].into_boxed_slice());
        let (report, error) = (Size::by(report % 16), Size::by(error));
        let (mut totals, mut fault) = (report.hand(totals(report)), error.hand(no_error(error)));
        let totals_place = if report == Size::Null { null_mut() } else { (&raw mut totals).cast() };
        let fault_place = if error == Size::Null { null_mut() } else { (&raw mut fault).cast() };
        let (data, len) = (counts.as_mut_ptr(), counts.len());
        // SAFETY: NULL or a live handle, NULL or a struct of its size, room for the counts.
        let reported = unsafe { spanmask_stream_report(handle, totals_place, data, len) };
        // SAFETY: as above.
        let told = unsafe { spanmask_stream_error(handle, fault_place) };
        let twin = twin.as_ref().map(|twin| (twin.stream.report(), twin.stream.oversized(), twin.last));
        check_told(twin, (report, reported, &totals, &counts), (error, told, &fault));
    }

    fn open_stream(&mut self, slot: usize, policy: usize, settings: u8, size: u8) {
        if self.opened == OPENED {
            return;
        }
        self.opened += 1;
        self.free_stream(slot);
        self.at = 0;
        let window = WINDOWS[usize::from(settings >> 5)];
        let (framing, oversize) = (i32::from(settings & 1), i32::from(settings >> 1 & 3));
        let (without, size) = (settings >> 3 & 3 == 3, Size::by(size));
        let detectors = detectors();
        let options = size.hand(spanmask_stream_options {
            struct_size: size.bytes::<spanmask_stream_options>(),
            framing,
            oversize,
            window,
            detectors: detectors.as_ptr(),
            detectors_len: if without { 0 } else { 2 },
        });
        let options = if size == Size::Null { null() } else { (&raw const options).cast() };
        let from = &self.policies[policy];
        let mut handle = std::ptr::without_provenance_mut(UNTOUCHED);
        // SAFETY: NULL or a live handle, options of their size, room for a handle.
        let status = unsafe { spanmask_stream_open(from.handle, options, &raw mut handle) };
        let (window, framing, oversize, without) =
            if size == Size::Null { (0, 0, 0, true) } else { (window, framing, oversize, without) };
        let meaningless = !(0..3).contains(&oversize) || (1..32).contains(&window) || window == usize::MAX;
        let expected = match &from.twin {
            None => SPANMASK_NULL,
            Some(_) if size.status(false).is_some() => SPANMASK_STRUCT_SIZE,
            Some(_) if meaningless => SPANMASK_ARGUMENT,
            Some(twin) => asks(twin, without),
        };
        assert_eq!(status, expected);
        let Some(policy) = from.twin.clone().filter(|_| status == SPANMASK_OK) else {
            assert_eq!(handle.addr(), UNTOUCHED);
            return;
        };
        let window = if window == 0 { StreamOptions::WINDOW } else { window };
        let framing = if framing == 1 { Framing::One } else { Framing::Sequence };
        let oversize =
            [None, Some(Oversize::Error), Some(Oversize::Mask)].into_iter().nth(oversize as usize).flatten();
        let stream = policies::stream(&policy, &StreamOptions { window, framing, oversize });
        let twin = Streaming { stream, finishing: false, last: Ok(()), policy, window };
        self.streams[slot] = Twin { handle, twin: Some(twin) };
    }

    fn push(&mut self, slot: usize, len: u8, room: u8, size: u8) {
        let from = self.at.min(self.text.len());
        let len = self.text.len().min(from + usize::from(len)) - from;
        let piece = self.text[from..from + len].to_vec().into_boxed_slice();
        self.give(slot, Step::Push(&piece), room, size);
    }

    fn give(&mut self, slot: usize, step: Step<'_>, room: u8, size: u8) {
        let size = Size::by(size);
        let mut output = vec![b'#'; usize::from(room)].into_boxed_slice();
        let mut expected = output.clone();
        let struct_size = size.bytes::<spanmask_progress>();
        let blank = spanmask_progress { struct_size, consumed: UNTOUCHED, produced: UNTOUCHED, next: 77 };
        let mut progress = size.hand(blank);
        let place = if size == Size::Null { null_mut() } else { (&raw mut progress).cast() };
        let Twin { handle, twin } = &mut self.streams[slot];
        let (data, capacity) = (output.as_mut_ptr(), output.len());
        let status = match step {
            // SAFETY: NULL or a live handle; piece and output are as long as they say; NULL or a struct of its size.
            Step::Push(piece) => unsafe {
                spanmask_stream_push(*handle, piece.as_ptr(), piece.len(), data, capacity, place)
            },
            // SAFETY: as above.
            Step::Flush => unsafe { spanmask_stream_flush(*handle, data, capacity, place) },
            // SAFETY: as above.
            Step::Finish => unsafe { spanmask_stream_finish(*handle, data, capacity, place) },
        };
        let untouched = |progress: &spanmask_progress| {
            (progress.consumed, progress.produced, progress.next) == (UNTOUCHED, UNTOUCHED, 77)
        };
        let wrong = size.status(true).or(twin.is_none().then_some(SPANMASK_NULL));
        if let Some(wrong) = wrong {
            assert_eq!(status, wrong);
            assert!(untouched(&progress.it));
            return;
        }
        let twin = twin.as_mut().expect("seen to");
        let result = match step {
            Step::Push(_) | Step::Flush if twin.finishing => Err(Fault::Status(SPANMASK_ORDER)),
            Step::Push(piece) => twin.stream.push(piece, &mut expected).map_err(Fault::Of),
            Step::Flush => twin.stream.flush(&mut expected).map_err(Fault::Of),
            Step::Finish => {
                twin.finishing = true;
                twin.stream.finish(&mut expected).map_err(Fault::Of)
            }
        };
        twin.last = result.map(drop);
        let told = || format!("{step:?} with {:?}, window {}", twin.policy, twin.window);
        assert_eq!(status, status_of(twin.last), "{}", told());
        match result {
            Ok(wanted) => {
                let next = match wanted.status {
                    Status::NeedsInput => 0,
                    Status::NeedsOutput => 1,
                    Status::Done => 2,
                };
                let spanmask_progress { consumed, produced, next: given, .. } = progress.it;
                assert_eq!(
                    (consumed, produced, given),
                    (wanted.consumed, wanted.produced, next),
                    "{}",
                    told()
                );
                assert!(output[..produced] == expected[..produced], "{}", told());
                assert_eq!(progress.it.struct_size, struct_size);
                assert!(progress.more == [0; 16]);
                self.at += consumed;
            }
            Err(_) => assert!(untouched(&progress.it)),
        }
    }

    fn reset(&mut self, slot: usize, rewind: u8) {
        let Twin { handle, twin } = &mut self.streams[slot];
        // SAFETY: NULL or a live handle.
        let status = unsafe { spanmask_stream_reset(*handle) };
        let Some(twin) = twin else { return assert_eq!(status, SPANMASK_NULL) };
        assert_eq!(status, SPANMASK_OK);
        twin.stream.reset();
        (twin.finishing, twin.last) = (false, Ok(()));
        self.at = usize::from(rewind);
    }

    fn free_stream(&mut self, slot: usize) {
        let stream = &mut self.streams[slot];
        for _ in 0..2 {
            // SAFETY: a variable with NULL or a live handle.
            assert_eq!(unsafe { spanmask_stream_free(&raw mut stream.handle) }, SPANMASK_OK);
            assert!(stream.handle.is_null());
        }
        stream.twin = None;
    }
}

/// What opening with or without detectors leads to.
fn asks(policy: &Policy, without: bool) -> spanmask_status {
    let known = |name: &str| !without && policies::ASKED.contains(&name);
    if policy.host_detectors().all(known) { SPANMASK_OK } else { SPANMASK_NO_DETECTOR }
}

fn totals(size: Size) -> spanmask_report {
    let struct_size = size.bytes::<spanmask_report>();
    spanmask_report {
        struct_size,
        rules: UNTOUCHED,
        parts: 7,
        bytes_masked: 7,
        values: 7,
        texts: 7,
        oversized: 7,
    }
}

fn no_error(size: Size) -> spanmask_error {
    let struct_size = size.bytes::<spanmask_error>();
    spanmask_error { struct_size, status: -1, reason: -1, offset: 7, needed: 7, rule: 7, message: null() }
}

type Told<'a, T> = (Size, spanmask_status, &'a Sized<T>);

fn check_told(
    twin: Option<(spanmask::Report<'_>, u64, Last)>,
    (report, reported, totals, counts): (Size, spanmask_status, &Sized<spanmask_report>, &[u64]),
    (error, told, fault): Told<'_, spanmask_error>,
) {
    let Some((wanted, oversized, last)) = twin else {
        // Which of two faults is told of is not promised.
        assert!(matches!(reported, SPANMASK_NULL | SPANMASK_STRUCT_SIZE));
        assert!(matches!(told, SPANMASK_NULL | SPANMASK_STRUCT_SIZE));
        return;
    };
    assert_eq!(reported, report.status(true).unwrap_or(SPANMASK_OK));
    assert_eq!(told, error.status(true).unwrap_or(SPANMASK_OK));
    let totals = &totals.it;
    if reported == SPANMASK_OK {
        // Past an error, how far it came is not promised, but both came as far.
        let numbers = (totals.parts, totals.bytes_masked, totals.values, totals.texts, totals.oversized);
        assert_eq!(
            numbers,
            (wanted.parts(), wanted.bytes_masked(), wanted.values(), wanted.texts(), oversized)
        );
        assert_eq!(totals.rules, wanted.counts().count());
        for (n, count) in counts.iter().enumerate() {
            assert_eq!(*count, wanted.counts().nth(n).map_or(u64::MAX, |(_, count)| count));
        }
    } else {
        assert_eq!(totals.rules, UNTOUCHED);
    }
    if told == SPANMASK_OK {
        let (mut reason, mut offset, mut needed, mut rule) = (0, 0, 0, 0);
        match last {
            Err(Fault::Of(Error::Refused { reason: why, offset: at })) => {
                (reason, offset) = (i32::from(why.code()), at);
            }
            Err(Fault::Of(Error::Capacity { needed: bytes })) => needed = bytes,
            Err(Fault::Of(Error::Detector { rule: of, offset: at })) => {
                (rule, offset) = (usize::from(of), at)
            }
            Err(Fault::Of(Error::Oversize { offset: at })) => offset = at,
            _ => {}
        }
        let it = &fault.it;
        let numbers = (it.status, it.reason, it.offset, it.needed, it.rule);
        assert_eq!(numbers, (status_of(last) as i32, reason, offset, needed, rule));
        // SAFETY: the library promises a text that ends with NUL and lives as long as it does.
        assert!(!unsafe { std::ffi::CStr::from_ptr(it.message) }.is_empty());
    } else {
        assert_eq!((fault.it.status, fault.it.needed), (-1, 7));
    }
}

/// What a scan told.
struct Heard {
    found: Vec<(usize, usize, usize, u32, String)>,
    stop: Option<usize>,
    handle: *mut spanmask_masker,
    /// Whether it was told to stop.
    told: bool,
}

const ON_FINDING: unsafe extern "C" fn(*mut c_void, *const spanmask_finding<'_>) -> i32 = on_finding;

unsafe extern "C" fn on_finding(user: *mut c_void, finding: *const spanmask_finding<'_>) -> i32 {
    // SAFETY: it was handed in so.
    let heard = unsafe { &mut *user.cast::<Heard>() };
    // SAFETY: the library promises a finding.
    let finding = unsafe { &*finding };
    assert!(!heard.told, "told to stop");
    assert_eq!(finding.struct_size, size_of_val(finding));
    let mut path = vec![0_u8; finding.path_len].into_boxed_slice();
    let mut len = UNTOUCHED;
    if let Some(less) = path.len().checked_sub(1) {
        // SAFETY: a path that lives, room as long as it says.
        let status =
            unsafe { spanmask_path_write(finding.path, path.as_mut_ptr().cast(), less, &raw mut len) };
        assert_eq!((status, len), (SPANMASK_CAPACITY, UNTOUCHED));
    }
    // SAFETY: as above.
    let status =
        unsafe { spanmask_path_write(finding.path, path.as_mut_ptr().cast(), path.len(), &raw mut len) };
    assert_eq!((status, len), (SPANMASK_OK, path.len()));
    let path = String::from_utf8(path.into()).expect("UTF-8");
    // The handle that asks is in use.
    let (mut handle, mut byte) = (heard.handle, [0; 1]);
    // SAFETY: a live handle, a buffer as long as it says.
    let masked = unsafe { spanmask_masker_mask_in_place(handle, byte.as_mut_ptr(), 0, 1, &raw mut len) };
    // SAFETY: a variable with a live handle.
    let freed = unsafe { spanmask_masker_free(&raw mut handle) };
    assert_eq!((masked, freed, handle), (SPANMASK_BUSY, SPANMASK_BUSY, heard.handle));
    heard.found.push((finding.rule, finding.start, finding.end, finding.level, path));
    heard.told = heard.stop.is_some_and(|stop| heard.found.len() > stop);
    i32::from(heard.told)
}

fn describe() {
    let size = size_of::<spanmask_c::library::spanmask_library>();
    let mut library = spanmask_c::library::spanmask_library {
        struct_size: size,
        abi_version: 0,
        version: null(),
        cpu_path: null(),
    };
    // SAFETY: a struct of its size.
    assert_eq!(unsafe { spanmask_library_describe(&raw mut library) }, SPANMASK_OK);
    assert_eq!(library.abi_version, spanmask_c::library::SPANMASK_ABI_VERSION);
}
