//! From policies to images.

use super::{CHECKSUM, CRC, Head, Header, MAGIC, ORDER, Section, UNSUMMED, VERSION, WriteError, aligned};
use crate::policy::Policy;
use crate::table::Pad;
use zerocopy::IntoBytes;

/// Whether the keys of `hash` actions may be written into an image. Who has them can find out which texts pseudonyms
/// stand for, so an image with keys is to be kept as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Keys {
    /// A policy that has keys is refused.
    #[default]
    Refuse,
    /// They are written as they are.
    Include,
}

/// Sets the checksum of an image that has been changed, for tests that want to get behind it.
pub fn seal(image: &mut [u8]) {
    let sum = CRC.checksum(image.get(UNSUMMED..).unwrap_or(&[]));
    if let Some(place) = image.get_mut(CHECKSUM..UNSUMMED) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
}

impl Policy<'_> {
    fn head(&self) -> Head {
        let selectors = &self.selectors;
        Head {
            exempt: self.exempt,
            unread: self.unread,
            path_starts: selectors.paths.starts,
            paths_at_root: selectors.paths.at_root,
            conditions: selectors.conditions,
            depth: self.limits.depth,
            nesting: self.limits.nesting,
            otlp: selectors.otlp,
            span_kinds: selectors.span_kinds,
            masks_oversize: self.masks_oversize,
            pad: Pad::ZERO,
        }
    }

    /// The bytes of each section, in order.
    fn sections<'s>(&'s self, head: &'s Head) -> [&'s [u8]; Section::COUNT] {
        [
            head.as_bytes(),
            self.needs.as_bytes(),
            self.stops.as_bytes(),
            self.pools.u32s.as_bytes(),
            self.pools.u16s.as_bytes(),
            &self.pools.u8s,
            self.rules.as_bytes(),
            self.searches.as_bytes(),
            self.allow.as_bytes(),
            self.keys.as_bytes(),
            self.selectors.names.as_bytes(),
            self.selectors.paths.segments.as_bytes(),
            self.selectors.paths.selectors.as_bytes(),
            self.ahead.as_bytes(),
        ]
    }

    /// Bytes of its image.
    #[must_use]
    pub fn image_len(&self) -> usize {
        let sections = self.sections(&self.head()).map(|section| aligned(section.len()));
        sections.iter().fold(size_of::<Header>(), |at, len| at.saturating_add(*len))
    }

    /// Writes its image to the front of `out`, which may lie anywhere; returns how long it is. The same policy gives the
    /// same bytes.
    ///
    /// # Errors
    /// When it has keys that may not be written, or does not fit.
    pub fn write_image(&self, out: &mut [u8], keys: Keys) -> Result<usize, WriteError> {
        if cfg!(target_endian = "big") {
            return Err(WriteError::ByteOrder);
        }
        if keys == Keys::Refuse && !self.keys.is_empty() {
            return Err(WriteError::Keys);
        }
        let needed = self.image_len();
        let len = u32::try_from(needed).map_err(|_| WriteError::TooLarge)?;
        let out = out.get_mut(..needed).ok_or(WriteError::Room { needed })?;
        let head = self.head();
        let sections = self.sections(&head);
        let (front, mut rest) = out.split_at_mut_checked(size_of::<Header>()).unwrap_or_default();
        for section in sections {
            let (room, behind) = rest.split_at_mut_checked(aligned(section.len())).unwrap_or_default();
            let (bytes, fill) = room.split_at_mut_checked(section.len()).unwrap_or_default();
            bytes.copy_from_slice(section);
            fill.fill(0);
            rest = behind;
        }
        let header = Header {
            magic: MAGIC,
            order: ORDER,
            version: VERSION,
            len,
            checksum: 0,
            // Each is shorter than the whole, whose length fits.
            sections: sections.map(|section| section.len() as u32),
        };
        front.copy_from_slice(header.as_bytes());
        seal(out);
        Ok(needed)
    }

    /// Its image.
    ///
    /// # Errors
    /// When it has keys that may not be written, or takes 4 GiB.
    #[cfg(feature = "alloc")]
    pub fn to_image(&self, keys: Keys) -> Result<alloc::vec::Vec<u8>, WriteError> {
        let mut out = alloc::vec![0; self.image_len()];
        self.write_image(&mut out, keys)?;
        Ok(out)
    }
}
