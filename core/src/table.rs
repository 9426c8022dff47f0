//! Arrays of a compiled policy: owned by it, or borrowed from an image.

use core::ops::Deref;
#[cfg(feature = "alloc")]
use zerocopy::FromZeros;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// A read-only array, owned (feature `alloc`) or borrowed for `'p`.
#[derive(Clone)]
pub struct Table<'p, T: Clone>(Inner<'p, T>);

#[derive(Clone)]
enum Inner<'p, T: Clone> {
    Borrowed(&'p [T]),
    #[cfg(feature = "alloc")]
    Owned(alloc::boxed::Box<[T]>),
}

impl<T: Clone> Deref for Table<'_, T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Inner::Borrowed(slice) => slice,
            #[cfg(feature = "alloc")]
            Inner::Owned(owned) => owned,
        }
    }
}

impl<'p, T: Clone> From<&'p [T]> for Table<'p, T> {
    fn from(slice: &'p [T]) -> Self {
        Self(Inner::Borrowed(slice))
    }
}

#[cfg(feature = "alloc")]
impl<T: Clone> From<alloc::vec::Vec<T>> for Table<'_, T> {
    fn from(vec: alloc::vec::Vec<T>) -> Self {
        Self(Inner::Owned(vec.into_boxed_slice()))
    }
}

impl<T: Clone> Default for Table<'_, T> {
    fn default() -> Self {
        Self(Inner::Borrowed(&[]))
    }
}

#[cfg(feature = "alloc")]
impl<T: Clone> Table<'_, T> {
    /// The same, owned.
    #[must_use]
    pub fn into_owned(self) -> Table<'static, T> {
        Table(Inner::Owned(match self.0 {
            Inner::Borrowed(slice) => slice.into(),
            Inner::Owned(owned) => owned,
        }))
    }
}

/// One large record, owned (feature `alloc`) or borrowed for `'p`.
#[derive(Clone)]
pub struct One<'p, T: Clone>(OneInner<'p, T>);

#[derive(Clone)]
enum OneInner<'p, T: Clone> {
    Borrowed(&'p T),
    #[cfg(feature = "alloc")]
    Owned(alloc::boxed::Box<T>),
}

impl<T: Clone> Deref for One<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            OneInner::Borrowed(one) => one,
            #[cfg(feature = "alloc")]
            OneInner::Owned(owned) => owned,
        }
    }
}

impl<'p, T: Clone> From<&'p T> for One<'p, T> {
    fn from(one: &'p T) -> Self {
        Self(OneInner::Borrowed(one))
    }
}

#[cfg(feature = "alloc")]
impl<T: Clone> One<'_, T> {
    /// A record of its own.
    #[must_use]
    pub fn owned(one: T) -> Self {
        Self(OneInner::Owned(alloc::boxed::Box::new(one)))
    }

    /// The same, owned.
    #[must_use]
    pub fn into_owned(self) -> One<'static, T> {
        One(OneInner::Owned(match self.0 {
            OneInner::Borrowed(one) => alloc::boxed::Box::new(one.clone()),
            OneInner::Owned(owned) => owned,
        }))
    }
}

/// Fills a record of an image up, so that it has no byte without a meaning. Always zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct Pad<const N: usize>([Zero; N]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
enum Zero {
    Zero = 0,
}

impl<const N: usize> Pad<N> {
    /// All there is.
    pub const ZERO: Self = Self([Zero::Zero; N]);
}

impl<const N: usize> Default for Pad<N> {
    fn default() -> Self {
        Self::ZERO
    }
}

/// A part of a pool: `start..start + len`, in elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Part {
    /// Index of the first element.
    pub start: u32,
    /// How many elements.
    pub len: u32,
}

impl Part {
    /// The elements of `pool` that this part names; an empty slice when it lies outside.
    #[inline]
    #[must_use]
    pub fn of<T>(self, pool: &[T]) -> &[T] {
        let start = self.start as usize;
        pool.get(start..start + self.len as usize).unwrap_or(&[])
    }
}

/// The pools that hold every variable-length array of a compiled policy, by element type, so that
/// each record is plain data and the whole can be written to, and mapped from, one image.
#[derive(Clone, Default)]
pub struct Pools<'p> {
    /// Names, tokens, flags.
    pub u8s: Table<'p, u8>,
    /// Symbol maps.
    pub u16s: Table<'p, u16>,
    /// Transition tables, ranges, orders.
    pub u32s: Table<'p, u32>,
}

#[cfg(feature = "alloc")]
impl Pools<'_> {
    /// The same, owned.
    #[must_use]
    pub fn into_owned(self) -> Pools<'static> {
        Pools { u8s: self.u8s.into_owned(), u16s: self.u16s.into_owned(), u32s: self.u32s.into_owned() }
    }
}

/// Builds [`Pools`].
#[cfg(feature = "alloc")]
#[derive(Default)]
pub struct PoolBuilder {
    u8s: alloc::vec::Vec<u8>,
    u16s: alloc::vec::Vec<u16>,
    u32s: alloc::vec::Vec<u32>,
}

#[cfg(feature = "alloc")]
impl PoolBuilder {
    /// Appends bytes and says where they are.
    pub fn u8s(&mut self, items: &[u8]) -> Part {
        append(&mut self.u8s, items)
    }
    /// Appends 16-bit items and says where they are.
    pub fn u16s(&mut self, items: &[u16]) -> Part {
        append(&mut self.u16s, items)
    }
    /// Appends 32-bit items and says where they are.
    pub fn u32s(&mut self, items: &[u32]) -> Part {
        append(&mut self.u32s, items)
    }
    /// The pools as far as they have come.
    #[must_use]
    pub fn so_far(&self) -> Pools<'_> {
        Pools { u8s: self.u8s[..].into(), u16s: self.u16s[..].into(), u32s: self.u32s[..].into() }
    }
    /// The pools, finished.
    #[must_use]
    pub fn finish(self) -> Pools<'static> {
        Pools { u8s: self.u8s.into(), u16s: self.u16s.into(), u32s: self.u32s.into() }
    }
}

#[cfg(feature = "alloc")]
fn append<T: Clone>(pool: &mut alloc::vec::Vec<T>, items: &[T]) -> Part {
    let start = u32::try_from(pool.len()).unwrap_or(u32::MAX);
    pool.extend_from_slice(items);
    Part { start, len: items.len() as u32 }
}

/// Working memory: owned (feature `alloc`) or lent by the caller for `'m`.
pub struct Room<'m, T>(RoomInner<'m, T>);

enum RoomInner<'m, T> {
    Lent(&'m mut [T]),
    #[cfg(feature = "alloc")]
    Owned(alloc::boxed::Box<[T]>),
}

impl<T> Deref for Room<'_, T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            RoomInner::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            RoomInner::Owned(owned) => owned,
        }
    }
}

impl<T> core::ops::DerefMut for Room<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            RoomInner::Lent(slice) => slice,
            #[cfg(feature = "alloc")]
            RoomInner::Owned(owned) => owned,
        }
    }
}

impl<'m, T> From<&'m mut [T]> for Room<'m, T> {
    fn from(slice: &'m mut [T]) -> Self {
        Self(RoomInner::Lent(slice))
    }
}

#[cfg(feature = "alloc")]
impl<T> From<alloc::vec::Vec<T>> for Room<'_, T> {
    fn from(vec: alloc::vec::Vec<T>) -> Self {
        Self(RoomInner::Owned(vec.into_boxed_slice()))
    }
}

#[cfg(feature = "alloc")]
impl<T: Clone> Room<'_, T> {
    /// Owned room for `len` items, each a copy of `item`.
    #[must_use]
    pub fn filled(item: T, len: usize) -> Self {
        Self(RoomInner::Owned(alloc::vec![item; len].into_boxed_slice()))
    }
}

#[cfg(feature = "alloc")]
impl<T: FromZeros + KnownLayout> Room<'_, T> {
    /// Owned room for `len` items, all zero. Systems with virtual memory give its pages out when they are used.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        let owned = <[T]>::new_box_zeroed_with_elems(len);
        let layout = core::alloc::Layout::array::<T>(len).unwrap_or(core::alloc::Layout::new::<T>());
        Self(RoomInner::Owned(owned.unwrap_or_else(|_| alloc::alloc::handle_alloc_error(layout))))
    }
}

#[cfg(feature = "alloc")]
impl<T> Room<'_, T> {
    /// Owned room for `len` items made one by one.
    #[must_use]
    pub fn made(make: impl Fn() -> T, len: usize) -> Self {
        Self(RoomInner::Owned((0..len).map(|_| make()).collect()))
    }
}
