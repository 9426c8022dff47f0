//! stub
use crate::{limits::Limits, span::Span, table::Pools};
use core::fmt;
#[derive(Clone, Copy, Default)]
pub struct Selectors;
impl Selectors {
    pub fn tracks(&self) -> bool {
        false
    }
    pub fn words(&self) -> usize {
        0
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    Normal,
    IntString,
    Bytes,
}
pub struct Current<'a> {
    pub conditions: &'a [u64],
    pub protected: bool,
    pub kind: ValueKind,
    pub span_kinds: u32,
}
pub struct Selection<'m>(core::marker::PhantomData<&'m ()>);
impl<'m> Selection<'m> {
    pub fn new(_: &Selectors, _: &Limits) -> Self {
        Self(core::marker::PhantomData)
    }
    pub fn reset(&mut self, _: &Selectors, _: &Pools<'_>) {}
    pub fn key(&mut self, _: &Selectors, _: &Pools<'_>, _: &[u8], _: Span, _: u8) {}
    pub fn element(&mut self, _: &Selectors, _: &Pools<'_>) {}
    pub fn open(&mut self, _: &Selectors, _: &Pools<'_>, _: &[u8], _: usize, _: bool, _: u8) -> bool {
        true
    }
    pub fn close(&mut self) {}
    pub fn enter_nested(&mut self, _: &Selectors, _: &Pools<'_>) {}
    pub fn leave_nested(&mut self) {}
    pub fn current(&self) -> Current<'_> {
        Current { conditions: &[], protected: false, kind: ValueKind::Normal, span_kinds: 0 }
    }
    pub fn write_path(&self, _: &[u8], _: &mut dyn fmt::Write) -> fmt::Result {
        Ok(())
    }
}
