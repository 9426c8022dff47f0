//! RFC 8259 as a walk over tokens: a state, and one bit an open container.

use crate::error::Reason;
use crate::limits::Limits;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A text, or the end of the input.
    Text,
    /// A value.
    Value,
    /// A value or `]`.
    ValueOrClose,
    /// A member name or `}`.
    KeyOrClose,
    /// A member name.
    Key,
    /// `:`
    Colon,
    /// `,` or the end of the container.
    Separator,
}

impl Expect {
    /// Whether it stands behind a member's name, in front of its value; `in_object`: in an object.
    pub(crate) fn behind_name(self, in_object: bool) -> bool {
        in_object && matches!(self, Self::Colon | Self::Value)
    }
}

/// The open containers: one bit each, set for an object.
#[derive(Clone)]
pub struct Containers {
    bits: [u64; Self::MAX / 64],
    depth: u16,
    limit: u16,
}

impl Containers {
    /// The most containers that can be open at once.
    pub const MAX: usize = Limits::MAX_DEPTH as usize;

    /// No container open; at most `limit` at once.
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self { bits: [0; Self::MAX / 64], depth: 0, limit: limit.min(Self::MAX as u16) }
    }
    /// How many are open.
    #[must_use]
    pub fn depth(&self) -> u16 {
        self.depth
    }
    /// Stands within `depth` containers, of whatever kind: for a text of its own in one of them.
    pub fn stand_in(&mut self, depth: usize) {
        self.depth = u16::try_from(depth).unwrap_or(u16::MAX).min(self.limit);
    }
    /// Closes all but the outermost `depth`.
    pub fn truncate(&mut self, depth: u16) {
        self.depth = depth.min(self.depth);
    }
    /// Opens one; false if that is too deep.
    pub(crate) fn open(&mut self, object: bool) -> bool {
        if self.depth >= self.limit {
            return false;
        }
        let (word, bit) = (self.depth as usize / 64, self.depth % 64);
        self.bits[word] = self.bits[word] & !(1 << bit) | u64::from(object) << bit;
        self.depth += 1;
        true
    }
    /// Whether each is an object, outermost first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = bool> {
        (0..self.depth).map(|at| self.is_object(at))
    }
    /// Whether the innermost one is an object.
    pub(crate) fn in_object(&self) -> bool {
        self.depth.checked_sub(1).is_some_and(|top| self.is_object(top))
    }
    fn is_object(&self, at: u16) -> bool {
        self.bits[at as usize / 64] >> (at % 64) & 1 == 1
    }
    fn close(&mut self, object: bool) -> bool {
        let fits = self.depth > 0 && self.in_object() == object;
        self.depth -= u16::from(fits);
        fits
    }
}

/// The grammar's state within one text or sequence of texts.
#[derive(Clone, Copy)]
pub struct Grammar {
    expect: Expect,
    /// Containers that were open around this text.
    floor: u16,
    texts: u64,
    sequence: bool,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is a text of its own.
    Root,
    /// In an array.
    Element,
    /// Behind a member name.
    Member,
}

/// What a string is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A member name.
    Key,
    /// A value.
    Value(Place),
}

impl Grammar {
    /// Before a text.
    pub(super) const BEGIN: Self = Self { expect: Expect::Text, floor: 0, texts: 0, sequence: false };

    /// What may come next.
    #[must_use]
    pub fn expect(&self) -> Expect {
        self.expect
    }

    /// Steps over what somebody else has checked, in which so many texts begin; false if that is one too many.
    pub fn pass(&mut self, texts: u64, expect: Expect) -> bool {
        self.texts += texts;
        self.expect = expect;
        self.sequence || self.texts <= 1
    }

    /// Before the first text; `sequence` allows more than one, or none.
    #[must_use]
    pub fn new(containers: &Containers, sequence: bool) -> Self {
        Self { expect: Expect::Text, floor: containers.depth(), texts: 0, sequence }
    }

    /// Texts begun so far.
    #[must_use]
    pub fn texts(&self) -> u64 {
        self.texts
    }

    fn begin_value(&mut self, containers: &Containers) -> Result<Place, Reason> {
        match self.expect {
            Expect::Text if self.texts > 0 && !self.sequence => Err(Reason::Trailing),
            Expect::Text => {
                self.texts += 1;
                Ok(Place::Root)
            }
            Expect::Value if containers.in_object() => Ok(Place::Member),
            Expect::Value | Expect::ValueOrClose => Ok(Place::Element),
            _ => Err(Reason::Syntax),
        }
    }

    fn end_value(&mut self, containers: &Containers) {
        self.expect = if containers.depth() == self.floor { Expect::Text } else { Expect::Separator };
    }

    /// `{` or `[`.
    pub fn open(&mut self, containers: &mut Containers, object: bool) -> Result<Place, Reason> {
        let place = self.begin_value(containers)?;
        if !containers.open(object) {
            return Err(Reason::Depth);
        }
        self.expect = if object { Expect::KeyOrClose } else { Expect::ValueOrClose };
        Ok(place)
    }

    /// `}` or `]`.
    pub fn close(&mut self, containers: &mut Containers, object: bool) -> Result<(), Reason> {
        let allowed = match self.expect {
            Expect::Separator => true,
            Expect::KeyOrClose => object,
            Expect::ValueOrClose => !object,
            _ => false,
        };
        if !allowed || !containers.close(object) {
            return Err(Reason::Syntax);
        }
        self.end_value(containers);
        Ok(())
    }

    /// `,`
    pub fn comma(&mut self, containers: &Containers) -> Result<(), Reason> {
        if self.expect != Expect::Separator {
            return Err(Reason::Syntax);
        }
        self.expect = if containers.in_object() { Expect::Key } else { Expect::Value };
        Ok(())
    }

    /// `:`
    pub fn colon(&mut self) -> Result<(), Reason> {
        if self.expect != Expect::Colon {
            return Err(Reason::Syntax);
        }
        self.expect = Expect::Value;
        Ok(())
    }

    /// The opening quote of a string: what the string is.
    pub fn string(&mut self, containers: &Containers) -> Result<Role, Reason> {
        if matches!(self.expect, Expect::Key | Expect::KeyOrClose) {
            self.expect = Expect::Colon;
            return Ok(Role::Key);
        }
        self.scalar(containers).map(Role::Value)
    }

    /// A number, boolean or null, or a string value.
    pub fn scalar(&mut self, containers: &Containers) -> Result<Place, Reason> {
        let place = self.begin_value(containers)?;
        self.end_value(containers);
        Ok(place)
    }

    /// The end of the input.
    pub fn finish(&self) -> Result<(), Reason> {
        match self.expect {
            Expect::Text if self.texts > 0 || self.sequence => Ok(()),
            Expect::Text => Err(Reason::Empty),
            _ => Err(Reason::Truncated),
        }
    }
}
