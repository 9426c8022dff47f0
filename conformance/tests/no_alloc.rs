//! Masking allocates nothing once the masker is made: a counting allocator watches.

use spanmask::{Error, Oversize, Policy, Status, Stream, StreamOptions};
use spanmask_conformance::traces;
use spanmask_core::arch::Path;
use spanmask_core::image::Aligned;
use spanmask_core::mask::{Framing, Masker, Memory, Sizes};
use spanmask_core::policy::Policy as Core;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator; counts the calls of each thread.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call goes to the system's allocator with the arguments as they came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: `block` came from `System` with this `layout`, as `alloc` and `realloc` use nothing else.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
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

/// Room for each of the policies here.
type Room = Memory<9, 1033, 512, 32_768, 1024, 64>;

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
    assert_eq!((needed.levels, needed.places), (9, 1033));
    let mut memory = Box::new(Memory::<9, 1033, 0, 32_768, 1, 1>::new());
    assert_eq!(Masker::within(&core, Path::PLAIN, &mut memory).err(), Some(needed));
}
