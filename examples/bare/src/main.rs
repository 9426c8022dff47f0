//! Masks on a Cortex-M4: no operating system, no heap, 256 KB of memory. The policy is an image that is read where it lies in
//! flash. Exits with 0 when the masked text is the one that it should be.
//!
//! `make bare` runs it in QEMU. The image: `spanmask policy compile examples/bare/policy.yaml -o examples/bare/policy.image`.

#![no_std]
#![no_main]

use core::panic::PanicInfo;
use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use spanmask_core::arch::Path;
use spanmask_core::image::Embedded;
use spanmask_core::mask::{Framing, Masker, Memory};
use spanmask_core::policy::Policy;

static IMAGE: &Embedded<[u8]> = &Embedded(*include_bytes!("../policy.image"));

const TEXT: &[u8] = br#"{"from":"jo@x.org","to":"support@example.com","card":"4111 1111 1111 1111",
"api_token":"s3cr3t","log":"{\"unit\":\"SN-4712\",\"by\":\"jo\\u0040x.org\"}"}"#;

const MASKED: &[u8] = br#"{"from":"[EMAIL]","to":"support@example.com","card":"***************1111",
"api_token":"[SECRET]","log":"{\"unit\":\"[SERIAL]\",\"by\":\"[EMAIL]\"}"}"#;

/// Bytes that the masked text may take.
const ROOM: usize = 256;

#[entry]
fn main() -> ! {
    static mut MEMORY: Memory<2, 50, 12, 97, 32, 1> = Memory::new();
    static mut BUFFER: [u8; ROOM] = [0; ROOM];
    let status = match mask(MEMORY, BUFFER) {
        Ok(()) => debug::EXIT_SUCCESS,
        Err(Failed) => debug::EXIT_FAILURE,
    };
    loop {
        debug::exit(status);
    }
}

struct Failed;

fn mask<
    const LEVELS: usize,
    const PLACES: usize,
    const SEARCHES: usize,
    const WORDS: usize,
    const EDITS: usize,
    const DIGESTS: usize,
>(
    memory: &mut Memory<LEVELS, PLACES, SEARCHES, WORDS, EDITS, DIGESTS>,
    buffer: &mut [u8],
) -> Result<(), Failed> {
    let policy = Policy::from_image(&IMAGE.0).map_err(|error| say(format_args!("{error}")))?;
    let bytes = size_of_val(memory);
    let mut masker = Masker::within(&policy, Path::PLAIN, memory)
        .map_err(|needed| say(format_args!("there is too little memory: {needed:?}")))?;
    let (front, _) = buffer.split_at_mut_checked(TEXT.len()).ok_or(Failed)?;
    front.copy_from_slice(TEXT);
    let len = masker
        .mask_in_place(&policy, buffer, TEXT.len(), Framing::One)
        .map_err(|error| say(format_args!("{error}")))?;
    let masked = buffer.get(..len).unwrap_or(&[]);
    let image = IMAGE.0.len();
    let parts: u64 = masker.tally().parts.iter().sum();
    say(format_args!("image {image} bytes, memory {bytes} bytes, {parts} parts masked"));
    say(format_args!("{}", core::str::from_utf8(masked).unwrap_or("?")));
    if masked == MASKED { Ok(()) } else { Err(say(format_args!("not what it should be"))) }
}

fn say(what: core::fmt::Arguments<'_>) -> Failed {
    hprintln!("{}", what);
    Failed
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    say(format_args!("{info}"));
    loop {
        debug::exit(debug::EXIT_FAILURE);
    }
}
