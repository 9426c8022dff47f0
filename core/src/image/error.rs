//! What can be wrong with an image.

use core::fmt;

/// An array of an image. The numbers are part of the contract and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Section {
    /// What a policy has one of: limits, the profile.
    Head = 1,
    /// What bytes searches need.
    Needs = 2,
    /// Which values must be looked at.
    Stops = 3,
    /// Automata and tries.
    U32s = 4,
    /// Symbols.
    U16s = 5,
    /// Names and tokens.
    U8s = 6,
    /// Rules.
    Rules = 7,
    /// What rules search for.
    Searches = 8,
    /// What may stay.
    Allow = 9,
    /// Keys of `hash` actions.
    Keys = 10,
    /// Automata over names.
    Names = 11,
    /// Segments of paths.
    Segments = 12,
    /// What segments select.
    Selectors = 13,
    /// Automata that read on behind factors.
    Ahead = 14,
}

impl Section {
    /// How many there are.
    pub(super) const COUNT: usize = 14;

    /// Its place in the header.
    pub(super) const fn index(self) -> usize {
        self as usize - 1
    }

    /// What to call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Needs => "needs",
            Self::Stops => "stops",
            Self::U32s => "automata",
            Self::U16s => "symbols",
            Self::U8s => "texts",
            Self::Rules => "rules",
            Self::Searches => "searches",
            Self::Allow => "allow",
            Self::Keys => "keys",
            Self::Names => "names",
            Self::Segments => "segments",
            Self::Selectors => "selectors",
            Self::Ahead => "ahead",
        }
    }
}

/// How an image is wrong. The numbers are part of the contract and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Fault {
    /// It does not begin as an image does.
    Magic = 1,
    /// It ends too early.
    Short = 2,
    /// It goes on behind its end.
    Long = 3,
    /// It is of a version that is not known here.
    Version = 4,
    /// It was written with another order of bytes, or is read with one.
    ByteOrder = 5,
    /// It does not begin at a multiple of [`super::ALIGN`].
    Alignment = 6,
    /// Its checksum is another.
    Checksum = 7,
    /// Its sections do not add up.
    Layout = 8,
    /// A section holds what no policy has.
    Content = 9,
}

impl Fault {
    /// The frozen number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// One phrase, for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Magic => "not the image of a policy",
            Self::Short => "the image is cut off",
            Self::Long => "the image goes on behind its end",
            Self::Version => "the image is of another version",
            Self::ByteOrder => "the image has another byte order",
            Self::Alignment => "the image does not begin at a multiple of 8 bytes",
            Self::Checksum => "the image is damaged: its checksum is another",
            Self::Layout => "the sections of the image do not add up",
            Self::Content => "the image holds what no policy has",
        }
    }
}

/// Why an image was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageError {
    /// How it is wrong.
    pub fault: Fault,
    /// Where, when it is what a section holds.
    pub section: Option<Section>,
}

impl ImageError {
    /// A section holds what no policy has.
    pub(super) const fn of(section: Section) -> Self {
        Self { fault: Fault::Content, section: Some(section) }
    }
}

impl From<Fault> for ImageError {
    fn from(fault: Fault) -> Self {
        Self { fault, section: None }
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.message())?;
        match self.section {
            Some(section) => write!(f, " (section `{}`)", section.name()),
            None => Ok(()),
        }
    }
}

impl core::error::Error for ImageError {}

/// Why no image was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteError {
    /// The policy holds keys, and nobody said that they may be written.
    Keys,
    /// There is not enough room: it takes so many bytes.
    Room {
        /// Bytes that it takes.
        needed: usize,
    },
    /// The image would take 4 GiB or more.
    TooLarge,
    /// This computer is big endian.
    ByteOrder,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys => f.write_str("the policy holds keys of hash actions, which an image would show"),
            Self::Room { needed } => write!(f, "the image needs {needed} bytes"),
            Self::TooLarge => f.write_str("the image would take 4 GiB or more"),
            Self::ByteOrder => f.write_str("images cannot be written on a big-endian computer"),
        }
    }
}

impl core::error::Error for WriteError {}
