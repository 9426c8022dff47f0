//! Compiled policies as images: bytes that are masked with where they lie, in a file or in flash.
//!
//! An image is a header and sections, one an array of the policy, always in the same order, each beginning at a multiple
//! of [`ALIGN`] bytes and filled up with zeros. Everything is little endian and named by its index in an array, so an
//! image may lie anywhere. Records are the ones that are masked with (`#[repr(C)]`, without padding), so that loading
//! copies and allocates nothing; the price is that an image belongs to one [`VERSION`].
//!
//! Plain version of loading: copy every array out and compile again whatever could be wrong. Departures:
//!
//! 1. A checksum tells damage. It is no signature: who can write an image decides what is masked. But whatever the bytes
//!    are, loading refuses them or gives a policy with which masking stays within its bounds (`check`): every index within
//!    its array, every row as long as its automaton says, every trie without a way back, every token escaped.
//! 2. The checks are one pass, without memory. No element of an array may be in two places, so that few bytes cannot ask
//!    for much work; and where a bound takes a search to find (how long an automaton waits), the image brings the answer,
//!    and only that is looked over.
//! 3. What is only wrong, not harmful (factors that miss matches), is not looked for.

mod check;
mod error;
mod write;

pub use error::{Fault, ImageError, Section, WriteError};
pub use write::{Keys, seal};

use crate::factor::{Automaton, Stops};
use crate::limits::Limits;
use crate::policy::{Escapes, HashKey, Policy, Rule, Search};
use crate::prefilter::Needs;
use crate::select::Selectors;
use crate::select::names::NameTable;
use crate::select::paths::{Paths, Segment, Selector};
use crate::table::{Pad, Part, Pools};
use crc::{CRC_32_ISCSI, Crc, Table};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// What every image begins with: no text does, and it does not survive what changes line ends.
pub const MAGIC: [u8; 8] = *b"\x89SPM\r\n\x1a\n";

/// The version of the format. Another one is another layout of some record.
pub const VERSION: u32 = 5;

/// An image begins at a multiple of so many bytes.
pub const ALIGN: usize = 8;

/// Written in the order of the writer's bytes.
const ORDER: u32 = 0x0102_0304;

/// CRC-32C. Tables are flash on targets that have little of it.
#[cfg(target_pointer_width = "64")]
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
#[cfg(not(target_pointer_width = "64"))]
static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);

#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    order: u32,
    version: u32,
    /// Bytes of the image.
    len: u32,
    /// Of all bytes behind it.
    checksum: u32,
    /// Bytes of each section, without what fills it up.
    sections: [u32; Section::COUNT],
}

const _: () = assert!(size_of::<Header>().is_multiple_of(ALIGN), "the first section is aligned");

/// Where the checksum stands, and what it is of begins.
const CHECKSUM: usize = 20;
const UNSUMMED: usize = 24;

/// What a policy has one of.
#[derive(Clone, Copy, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Head {
    exempt: Part,
    unread: Escapes,
    path_starts: Part,
    paths_at_root: Part,
    conditions: u32,
    depth: u16,
    nesting: u8,
    otlp: bool,
    span_kinds: bool,
    masks_oversize: bool,
    pad: Pad<2>,
}

/// Where the next section begins behind this many bytes.
const fn aligned(len: usize) -> usize {
    len.next_multiple_of(ALIGN)
}

/// Whether these bytes want to be an image: whether they begin as one.
#[must_use]
pub fn is_image(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

impl<'p> Policy<'p> {
    /// The policy of an image, which it borrows. Nothing is copied, nothing is allocated.
    ///
    /// Time is linear in the image. An image that holds keys of `hash` actions is a secret, and whoever keeps its bytes
    /// wipes them.
    ///
    /// # Errors
    /// What is wrong with the image.
    pub fn from_image(bytes: &'p [u8]) -> Result<Self, ImageError> {
        let sections = Sections::of(bytes)?;
        let head: &Head = sections.one(Section::Head)?;
        let selectors = Selectors {
            names: sections.many::<NameTable>(Section::Names)?.into(),
            paths: Paths {
                segments: sections.many::<Segment>(Section::Segments)?.into(),
                selectors: sections.many::<Selector>(Section::Selectors)?.into(),
                starts: head.path_starts,
                at_root: head.paths_at_root,
            },
            conditions: head.conditions,
            otlp: head.otlp,
            span_kinds: head.span_kinds,
        };
        let policy = Self {
            pools: Pools {
                u8s: sections.bytes(Section::U8s).into(),
                u16s: sections.many::<u16>(Section::U16s)?.into(),
                u32s: sections.many::<u32>(Section::U32s)?.into(),
            },
            rules: sections.many::<Rule>(Section::Rules)?.into(),
            searches: sections.many::<Search>(Section::Searches)?.into(),
            allow: sections.many::<Search>(Section::Allow)?.into(),
            keys: sections.many::<HashKey>(Section::Keys)?.into(),
            selectors,
            exempt: head.exempt,
            unread: head.unread,
            masks_oversize: head.masks_oversize,
            needs: sections.one::<Needs>(Section::Needs)?.into(),
            stops: sections.one::<Stops>(Section::Stops)?.into(),
            ahead: sections.many::<Automaton>(Section::Ahead)?.into(),
            limits: Limits { depth: head.depth, nesting: head.nesting },
        };
        check::policy(&policy)?;
        Ok(policy)
    }
}

/// The sections of an image whose header is right.
struct Sections<'p> {
    bytes: &'p [u8],
    lens: [u32; Section::COUNT],
}

impl<'p> Sections<'p> {
    fn of(bytes: &'p [u8]) -> Result<Self, ImageError> {
        let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
        if !MAGIC.starts_with(magic) {
            return Err(Fault::Magic.into());
        }
        let (header, _) = Header::read_from_prefix(bytes).map_err(|_| Fault::Short)?;
        if header.order != ORDER || cfg!(target_endian = "big") {
            return Err(Fault::ByteOrder.into());
        }
        if header.version != VERSION {
            return Err(Fault::Version.into());
        }
        if !bytes.as_ptr().addr().is_multiple_of(ALIGN) {
            return Err(Fault::Alignment.into());
        }
        match (header.len as usize).cmp(&bytes.len()) {
            core::cmp::Ordering::Greater => return Err(Fault::Short.into()),
            core::cmp::Ordering::Less => return Err(Fault::Long.into()),
            core::cmp::Ordering::Equal => {}
        }
        if header.checksum != CRC.checksum(bytes.get(UNSUMMED..).unwrap_or(&[])) {
            return Err(Fault::Checksum.into());
        }
        let lens = header.sections;
        let end = lens.iter().try_fold(size_of::<Header>(), |at, len| {
            at.checked_add(*len as usize)?.checked_next_multiple_of(ALIGN)
        });
        if end != Some(bytes.len()) {
            return Err(Fault::Layout.into());
        }
        Ok(Self { bytes, lens })
    }

    fn bytes(&self, section: Section) -> &'p [u8] {
        let (before, rest) = self.lens.split_at_checked(section.index()).unwrap_or((&[], &[]));
        let start = before.iter().fold(size_of::<Header>(), |at, len| aligned(at + *len as usize));
        let len = rest.first().map_or(0, |len| *len as usize);
        self.bytes.get(start..start + len).unwrap_or(&[])
    }

    fn many<T: TryFromBytes + Immutable + KnownLayout>(
        &self,
        section: Section,
    ) -> Result<&'p [T], ImageError> {
        <[T]>::try_ref_from_bytes(self.bytes(section)).map_err(|_| ImageError::of(section))
    }

    fn one<T: TryFromBytes + Immutable + KnownLayout>(&self, section: Section) -> Result<&'p T, ImageError> {
        T::try_ref_from_bytes(self.bytes(section)).map_err(|_| ImageError::of(section))
    }
}

/// Bytes that begin where an image may, wiped when dropped: an image may hold keys.
#[cfg(feature = "alloc")]
pub struct Aligned {
    words: zeroize::Zeroizing<alloc::vec::Vec<u64>>,
    len: usize,
}

#[cfg(feature = "alloc")]
impl Aligned {
    /// A copy.
    #[must_use]
    pub fn copy(bytes: &[u8]) -> Self {
        let mut words = alloc::vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
        if let Some(room) = words.as_mut_bytes().get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
        }
        Self { words: zeroize::Zeroizing::new(words), len: bytes.len() }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.words.as_bytes().get(..self.len).unwrap_or(&[])
    }
}

/// Bytes that begin where an image may: around `include_bytes!`.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct Embedded<T: ?Sized>(pub T);
