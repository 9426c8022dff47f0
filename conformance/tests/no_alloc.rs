//! Masking allocates nothing once the masker is made, and what a stream takes is bounded by its window: a counting allocator
//! watches.

use spanmask::io::{Reader, Writer};
use spanmask::{Error, Oversize, Policy, Status, Stream, StreamOptions};
use spanmask_conformance::traces;
use spanmask_core::arch::Path;
use spanmask_core::image::Aligned;
use spanmask_core::mask::{Framing, Masker, Memory, Sizes};
use spanmask_core::policy::Policy as Core;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read, Write};

/// The system's allocator; counts the calls of each thread, and the bytes that it holds.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
    /// The most that `LIVE` has been.
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// A call that lets go of bytes, or takes some. (Of another thread's, they may be more than this one holds.)
fn count(freed: usize, taken: usize) {
    // A thread that is ending has no counters any more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
    let _ = LIVE.try_with(|live| {
        live.set(live.get().saturating_sub(freed) + taken);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call goes to the system's allocator with the arguments as they came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        // SAFETY: `block` came from `System` with this `layout`, as `alloc` and `realloc` use nothing else.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), size);
        // SAFETY: `block` came from `System` with this `layout`, and the caller promises that `size` is valid.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls of the allocator while `work` runs.
fn calls(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// What `work` gives, the bytes that it holds on to, and the most that it held meanwhile.
fn held<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let made = work();
    (made, LIVE.get() - before, PEAK.get() - before)
}

const SELECTING: &str = r#"{"version":1,"profile":"otlp","rules":[
    {"id":"KEYS","keys":["password","*_token","contact"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body.metadata"],"remove":true},
    {"id":"ATTRIBUTES","attributes":["user.*","*.metadata.*"],"hash":{"key":"k","length":24}},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"EMAIL","detect":"email","hash":{"key":"k"}},
    {"id":"WORDS","literals":["Account","Kontakt"],"ignore_case":true,"whole_word":true,"mask":{}},
    {"id":"DIGITS","pattern":"[0-9]{6,}","types":["string","number"]}],
    "allow":{"literals":["support@example.com"],"patterns":["DE[0-9]+"],"keys":["request_id"]}}"#;

fn policies() -> Vec<(&'static str, Policy)> {
    vec![
        ("default", Policy::preset("default").unwrap()),
        ("langfuse-docs", Policy::preset("langfuse-docs").unwrap()),
        ("selecting", Policy::from_json(SELECTING).unwrap()),
    ]
}

#[test]
fn the_counter_counts() {
    assert!(calls(|| drop(std::hint::black_box(vec![1_u8; 100]))) >= 2);
    let (kept, live, peak) = held(|| {
        drop(std::hint::black_box(vec![1_u8; 1000]));
        std::hint::black_box(vec![1_u8; 100])
    });
    assert_eq!((kept.len(), live, peak), (100, 100, 1000));
}

#[test]
fn masking_allocates_nothing() {
    let traces = traces();
    for (policy_name, policy) in policies() {
        let mut masker = policy.masker();
        for (name, input) in &traces {
            let mut buffer = vec![0; input.len() * 3 + 4096];
            let mut output = buffer.clone();
            buffer[..input.len()].copy_from_slice(input);
            let mut results = [Err(Error::Capacity { needed: 0 }); 3];
            let mut findings = 0_u64;
            let counted = calls(|| {
                results[0] = masker.scan(input, &mut |_| findings += 1);
                results[1] = masker.mask_into(input, &mut output);
                results[2] = masker.mask_in_place(&mut buffer, input.len());
            });
            assert_eq!(counted, 0, "{policy_name} on {name}");
            assert!(results[0].is_ok() && results.iter().all(|result| result == &results[0]), "{results:?}");
            assert!(findings > 0, "{policy_name} on {name}: nothing found");
        }
    }
}

#[test]
fn refusing_allocates_nothing() {
    for (policy_name, policy) in policies() {
        let mut masker = policy.masker();
        for input in [&br#"{"a":["x@example.com",01]}"#[..], b"[\"\xff\"]", b"[[[[", b"{\"a\":\"{\\\"b\\\":"]
        {
            let mut buffer = [0; 64];
            buffer[..input.len()].copy_from_slice(input);
            let mut result = Ok(0);
            let counted = calls(|| result = masker.mask_in_place(&mut buffer, input.len()));
            assert!(result.is_err());
            assert_eq!(counted, 0, "{policy_name}");
        }
    }
}

fn flushed(stream: &mut Stream, room: &mut [u8]) -> Result<usize, Error> {
    let mut total = 0;
    loop {
        let progress = stream.flush(room)?;
        total += progress.produced;
        if progress.status == Status::NeedsInput {
            return Ok(total);
        }
    }
}

/// Streams `input` through `room`, flushing now and then; how many bytes came out.
fn streamed(stream: &mut Stream, input: &[u8], room: &mut [u8]) -> Result<usize, Error> {
    stream.reset();
    let mut total = 0;
    for (i, mut piece) in input.chunks(1_000).enumerate() {
        loop {
            let progress = stream.push(piece, room)?;
            total += progress.produced;
            piece = &piece[progress.consumed..];
            if progress.status == Status::NeedsInput {
                break;
            }
        }
        if i % 50 == 0 {
            total += flushed(stream, room)?;
        }
    }
    loop {
        let progress = stream.finish(room)?;
        total += progress.produced;
        if progress.status == Status::Done {
            return Ok(total);
        }
    }
}

/// A stream's memory is that which it is made with, however long the input is.
#[test]
fn streaming_allocates_nothing() {
    for (policy_name, policy) in policies() {
        for oversize in [Oversize::Error, Oversize::Mask] {
            let options =
                StreamOptions { window: 16 << 10, oversize: Some(oversize), ..StreamOptions::default() };
            let mut stream = policy.stream_with(&options);
            for (name, input) in &traces() {
                let long = [&input[..], b"\n"].concat().repeat(20);
                let mut result = Ok(0);
                let counted = calls(|| result = streamed(&mut stream, &long, &mut [0; 5_000]));
                assert_eq!(counted, 0, "{policy_name} on {name}");
                match result {
                    Ok(len) => assert!(len > 0, "{policy_name} on {name}"),
                    Err(error) => {
                        assert!(
                            oversize == Oversize::Error && matches!(error, Error::Oversize { .. }),
                            "{error}"
                        );
                    }
                }
            }
        }
    }
}

/// Bytes, many times over, without holding them.
struct Repeated<'a> {
    unit: &'a [u8],
    left: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let behind = self.left % self.unit.len();
        let piece = &self.unit[(self.unit.len() - behind) % self.unit.len()..];
        let len = piece.len().min(room.len()).min(self.left);
        room[..len].copy_from_slice(&piece[..len]);
        self.left -= len;
        Ok(len)
    }
}

/// What is written to it must be what can be read there.
struct Same<R>(R);

impl<R: Read> Write for Same<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = [0; 4096];
        for bytes in bytes.chunks(room.len()) {
            let expected = &mut room[..bytes.len()];
            self.0.read_exact(expected)?;
            assert!(bytes == expected, "other output");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is said of [`Stream`]: 2.5 bytes for each one of the window, and some 0.7 MB.
fn bound(window: usize) -> usize {
    window * 5 / 2 + 740_000
}

/// Of an input of any length a stream holds no more than its window, and takes that when it is made. So with readers and writers.
#[test]
fn the_memory_of_a_stream_is_that_of_its_window() {
    const UNIT: &str =
        r#"{"contact":{"to":"jo@example.com"},"n":[1,4111111111111111],"in":"{\"x\":\"jo@example.com\"}"}"#;
    for (policy_name, policy) in policies() {
        let mut masked = UNIT.as_bytes().to_vec();
        policy.masker().mask_vec(&mut masked).unwrap();
        assert_ne!(masked, UNIT.as_bytes(), "{policy_name}");
        for (ends, separator) in [(["[0", "]"], ","), (["", ""], "\n")] {
            let input = [separator.as_bytes(), UNIT.as_bytes()].concat();
            let output = [separator.as_bytes(), &masked].concat();
            for window in [64, 16 << 10, 256 << 10] {
                let name = format!("{policy_name}, texts {ends:?}, window {window}");
                let times = window.max(64 << 10) * 20 / input.len();
                let of = |unit| {
                    let [head, tail] = ends;
                    head.as_bytes().chain(Repeated { unit, left: unit.len() * times }).chain(tail.as_bytes())
                };
                let options = StreamOptions { window, ..StreamOptions::default() };
                let (stream, taken, most) = held(|| policy.stream_with(&options));
                assert!(taken > window && most <= bound(window), "{name}: {taken}, {most}");

                let mut reader = Reader::new(stream, of(&input));
                let mut same = Same(of(&output));
                let mut read = Ok(0);
                let (counted, kept, most) = held(|| calls(|| read = io::copy(&mut reader, &mut same)));
                assert_eq!((counted, kept, most), (0, 0, 0), "{name}: reading");
                assert!(read.unwrap() > 15 * window as u64, "{name}");
                assert_eq!(same.0.read(&mut [0]).unwrap(), 0, "{name}: there is less");

                let mut stream = reader.into_parts().0;
                stream.reset();
                let mut writer = Writer::new(stream, Same(of(&output)));
                let mut written = Ok(());
                let (counted, kept, most) = held(|| {
                    calls(|| {
                        written = io::copy(&mut of(&input), &mut writer).and_then(|_| writer.try_finish())
                    })
                });
                assert_eq!((counted, kept, most), (0, 0, 0), "{name}: writing");
                written.unwrap();
                assert_eq!(writer.into_parts().1.0.read(&mut [0]).unwrap(), 0, "{name}: there is less");
            }
        }
    }
}

/// Room for each of the policies here.
type Room = Memory<9, 1049, 512, 32_768, 1024, 64>;

#[test]
fn images_and_lent_memory_allocate_nothing() {
    let mut memory = Box::new(Room::new());
    let traces = traces();
    for (policy_name, policy) in policies() {
        let image = Aligned::copy(&policy.save_with_keys().unwrap());
        let mut masker = policy.masker();
        for (name, input) in &traces {
            let mut buffer = vec![0; input.len() * 3 + 4096];
            let mut output = buffer.clone();
            buffer[..input.len()].copy_from_slice(input);
            let mut results = [Ok(0), Ok(0)];
            let counted = calls(|| {
                let core = Core::from_image(image.bytes()).unwrap();
                let mut lent = Masker::within(&core, Path::detect(), &mut *memory).unwrap();
                results[0] = lent.mask_in_place(&core, &mut buffer, input.len(), Framing::Sequence);
                results[1] = masker.mask_into(input, &mut output);
            });
            assert_eq!(counted, 0, "{policy_name} on {name}");
            let len = results[1].unwrap();
            assert_eq!(results[0], results[1], "{policy_name} on {name}");
            assert!(buffer[..len] == output[..len], "{policy_name} on {name}");
        }
    }
}

#[test]
fn too_little_memory_says_what_is_needed() {
    let image = Aligned::copy(&Policy::preset("langfuse-docs").unwrap().save().unwrap());
    let core = Core::from_image(image.bytes()).unwrap();
    let needed = Sizes::of(&core);
    assert_eq!((needed.levels, needed.places), (9, 1049));
    let mut memory = Box::new(Memory::<9, 1049, 0, 32_768, 1, 1>::new());
    assert_eq!(Masker::within(&core, Path::PLAIN, &mut memory).err(), Some(needed));
}
