//! stub
use crate::{
    span::Span,
    table::Pools,
    view::{Rewind, Text},
};
#[derive(Clone, Copy)]
pub struct Dfa;
impl Dfa {
    pub fn find<T: Text>(
        &self,
        _: &Pools<'_>,
        _: T,
        _: usize,
        _: Option<char>,
        _: &mut Rewind<'_>,
    ) -> Option<Span> {
        None
    }
}
