//! Bytes to events: which strings, numbers and words a text holds, and where; strict RFC 8259.
//!
//! Plain version: read a token, step the grammar, tell the caller. Departures:
//!
//! 1. A chunk of 4 KiB at a time, in two phases. The first has no branch that depends on the data: for
//!    each block of 64 bytes it computes which bytes are escaped, which lie inside strings, and where tokens
//!    begin. The second walks only the tokens.
//! 2. The scanner reads its own copy of the chunk, so a nested text (which has to be unescaped) and the
//!    document (which has not) are the same thing to it; a map leads back to raw offsets.
//! 3. What is wrong is only noticed here. Where and why is found by reading the text again, a byte at a time
//!    (`diagnose`), which a good text never pays for.

mod chunk;
pub mod diagnose;
pub mod grammar;
pub mod scalar_token;

use crate::arch::Path;
use crate::error::Reason;
use crate::span::Span;
use crate::view::Escaped;
use chunk::Chunk;
use grammar::{Containers, Grammar, Place, Role};
use scalar_token::{Scalar, Token, Word};

/// The input is not JSON, or too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

impl From<Reason> for NotJson {
    fn from(_: Reason) -> Self {
        Self
    }
}

/// Where a scan stopped, and why. What stands before is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Raw offset: of the first byte of what is not done with, or of the end.
    pub at: usize,
    /// Why here.
    pub cause: Cause,
}

/// Why a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing is left.
    End,
    /// A member name that does not end.
    Name,
    /// A string value that does not end.
    Text,
    /// A number or word that does not end.
    Scalar,
    /// A container that the receiver wants to see whole ([`Events::waits`]).
    Container,
    /// A value that the receiver could not take ([`Events::full`]).
    Full,
}

/// What ends a scan early.
enum Halt {
    NotJson,
    Pause(Pause),
}

impl From<Reason> for Halt {
    fn from(_: Reason) -> Self {
        Self::NotJson
    }
}

impl From<NotJson> for Halt {
    fn from(_: NotJson) -> Self {
        Self::NotJson
    }
}

/// Receives what the scanner finds, in order. Spans are raw offsets; those of strings lie between the quotes.
pub trait Events {
    /// The bytes that are scanned.
    fn input(&self) -> &[u8];
    /// A text begins (not called for nested texts' inner values).
    fn root(&mut self) {}
    /// The next element of the innermost array begins.
    fn element(&mut self) {}
    /// A member name.
    fn key(&mut self, _span: Span) {}
    /// A container opens at this offset.
    fn open(&mut self, _at: usize, _object: bool) {}
    /// The innermost container closes.
    fn close(&mut self) {}
    /// A string value. What the receiver does with it may open containers of nested texts.
    fn string(&mut self, _span: Span, _containers: &mut Containers) {}
    /// A number, boolean or null.
    fn scalar(&mut self, _kind: Scalar, _span: Span) {}
    /// Whether the scan must stop in front of this container, which is none of the receiver's yet.
    fn waits(&mut self, _at: usize, _object: bool, _place: Place) -> bool {
        false
    }
    /// Whether the scan must stop in front of the value that has just been told of. The receiver is as before it then.
    fn full(&mut self, _place: Place) -> bool {
        false
    }
}

/// Checks only.
pub struct Check<'a>(pub &'a [u8]);

impl Events for Check<'_> {
    fn input(&self) -> &[u8] {
        self.0
    }
}

/// The memory of a scan of one level of nesting.
pub struct Scanner {
    path: Path,
    chunk: Chunk,
    /// Raw offset behind the opening quote of the string that is open.
    string_start: usize,
    role: Role,
    /// The grammar in front of that string.
    before: Grammar,
    token: Option<(Token, usize)>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// Memory that nobody has used yet. All zero, so that a static of it takes no room in flash.
    pub(crate) const ASLEEP: Self = Self {
        path: Path::PLAIN,
        chunk: Chunk::new(),
        string_start: 0,
        role: Role::Value(Place::Root),
        before: Grammar::BEGIN,
        token: Some((Token::Word(Word::True, 0), 0)),
    };

    /// From here on as [`Self::with_path`] makes it.
    pub(crate) fn wake(&mut self, path: Path) {
        (self.path, self.role, self.token) = (path, Role::Key, None);
    }

    /// Fresh memory; scans by the fastest path of this CPU.
    #[must_use]
    pub fn new() -> Self {
        Self::with_path(Path::detect())
    }

    /// Fresh memory; scans by this path.
    #[must_use]
    pub fn with_path(path: Path) -> Self {
        Self {
            path,
            chunk: Chunk::new(),
            string_start: 0,
            role: Role::Key,
            before: Grammar::BEGIN,
            token: None,
        }
    }

    /// Scans the document `input[..]` of `events`: one text, or a sequence of them. Returns how many texts.
    pub fn document<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        sequence: bool,
    ) -> Result<u64, NotJson> {
        let mut grammar = Grammar::new(containers, sequence);
        self.part(events, containers, &mut grammar, true)?;
        Ok(grammar.texts())
    }

    /// Scans `input[..]` of `events`, a part of a document that begins where `grammar` and `containers` stand, in front of a
    /// token; `last` says that the document ends with it. Else the part ends at a character, and what is cut off at its
    /// end is left: `grammar` and `containers` stand where the scan stopped.
    pub fn part<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
        last: bool,
    ) -> Result<Pause, NotJson> {
        let end = events.input().len();
        self.chunk.start_document(end);
        self.run(events, containers, grammar, last)
    }

    /// Scans the nested text behind `level` levels of escapes in `span`.
    pub fn nested<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        span: Span,
        level: u8,
    ) -> Result<u64, NotJson> {
        let mut grammar = Grammar::new(containers, false);
        self.chunk.start_nested(span, level);
        self.run(events, containers, &mut grammar, true)?;
        Ok(grammar.texts())
    }

    fn run<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
        last: bool,
    ) -> Result<Pause, NotJson> {
        self.token = None;
        match self.chunks(events, containers, grammar) {
            Ok(()) => {}
            Err(Halt::Pause(pause)) => return Ok(pause),
            Err(Halt::NotJson) => return Err(NotJson),
        }
        let end = self.chunk.raw(self.chunk.len());
        if last {
            self.chunk.finish()?;
            if let Some((token, start)) = self.token.take() {
                match finish_scalar(token, start, end, events, containers, grammar) {
                    Ok(()) => {}
                    Err(Halt::Pause(pause)) => return Ok(pause),
                    Err(Halt::NotJson) => return Err(NotJson),
                }
            }
            grammar.finish()?;
        } else if self.chunk.in_string() {
            *grammar = self.before;
            let cause = if self.role == Role::Key { Cause::Name } else { Cause::Text };
            return Ok(Pause { at: self.string_start.saturating_sub(1), cause });
        } else if let Some((_, start)) = self.token {
            return Ok(Pause { at: start, cause: Cause::Scalar });
        }
        Ok(Pause { at: end, cause: Cause::End })
    }

    fn chunks<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
    ) -> Result<(), Halt> {
        while self.chunk.fill(events.input())? {
            self.chunk.classify(self.path)?;
            self.walk(events, containers, grammar)?;
        }
        Ok(())
    }

    /// Phase 2: the tokens of the chunk.
    fn walk<E: Events>(
        &mut self,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
    ) -> Result<(), Halt> {
        if let Some((token, start)) = self.token.take() {
            self.scalar_bytes(0, token, start, events, containers, grammar)?;
        }
        for block in 0..self.chunk.blocks() {
            let mut tokens = self.chunk.tokens(block);
            while tokens != 0 {
                let at = block * crate::arch::BLOCK + tokens.trailing_zeros() as usize;
                tokens &= tokens - 1;
                self.token(at, events, containers, grammar)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn token<E: Events>(
        &mut self,
        at: usize,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
    ) -> Result<(), Halt> {
        let byte = self.chunk.byte(at);
        match byte {
            b'"' if self.chunk.opens_string(at) => {
                self.before = *grammar;
                self.role = grammar.string(containers)?;
                self.string_start = self.chunk.raw(at + 1);
            }
            b'"' => self.end_string(at, events, containers, grammar)?,
            b'{' | b'[' => {
                open(self.chunk.raw(at), byte == b'{', events, containers, grammar)?;
            }
            b'}' | b']' => {
                grammar.close(containers, byte == b'}')?;
                events.close();
            }
            b',' => grammar.comma(containers)?,
            b':' => grammar.colon()?,
            _ => self.scalar_bytes(
                at + 1,
                Token::first(byte)?,
                self.chunk.raw(at),
                events,
                containers,
                grammar,
            )?,
        }
        Ok(())
    }

    fn end_string<E: Events>(
        &mut self,
        at: usize,
        events: &mut E,
        containers: &mut Containers,
        grammar: &mut Grammar,
    ) -> Result<(), Halt> {
        let span = Span::new(self.string_start, self.chunk.raw(at));
        match self.role {
            Role::Key => events.key(span),
            Role::Value(place) => {
                begin(events, place);
                events.string(span, containers);
                if events.full(place) {
                    *grammar = self.before;
                    let at = self.string_start.saturating_sub(1);
                    return Err(Halt::Pause(Pause { at, cause: Cause::Full }));
                }
            }
        }
        Ok(())
    }

    /// Takes the bytes of a token that began at raw offset `start`, from `at` on, up to its end or the end of the
    /// chunk.
    #[inline]
    fn scalar_bytes<E: Events>(
        &mut self,
        at: usize,
        mut token: Token,
        start: usize,
        events: &mut E,
        containers: &Containers,
        grammar: &mut Grammar,
    ) -> Result<(), Halt> {
        for (i, &byte) in self.chunk.bytes(at).iter().enumerate() {
            if ends_scalar(byte) {
                let end = self.chunk.raw(at + i);
                return finish_scalar(token, start, end, events, containers, grammar);
            }
            token = token.next(byte)?;
        }
        self.token = Some((token, start));
        Ok(())
    }
}

fn open<E: Events>(
    at: usize,
    object: bool,
    events: &mut E,
    containers: &mut Containers,
    grammar: &mut Grammar,
) -> Result<(), Halt> {
    let (before, depth) = (*grammar, containers.depth());
    let place = grammar.open(containers, object)?;
    if events.waits(at, object, place) {
        *grammar = before;
        containers.truncate(depth);
        return Err(Halt::Pause(Pause { at, cause: Cause::Container }));
    }
    begin(events, place);
    events.open(at, object);
    Ok(())
}

fn finish_scalar<E: Events>(
    token: Token,
    start: usize,
    end: usize,
    events: &mut E,
    containers: &Containers,
    grammar: &mut Grammar,
) -> Result<(), Halt> {
    let kind = token.finish()?;
    let before = *grammar;
    let place = grammar.scalar(containers)?;
    begin(events, place);
    events.scalar(kind, Span::new(start, end));
    if events.full(place) {
        *grammar = before;
        return Err(Halt::Pause(Pause { at: start, cause: Cause::Full }));
    }
    Ok(())
}

/// Begins a string value that nobody is told of: `grammar` steps behind it.
pub fn begin_string<E: Events>(
    events: &mut E,
    containers: &Containers,
    grammar: &mut Grammar,
) -> Result<(), NotJson> {
    begin(events, grammar.scalar(containers)?);
    Ok(())
}

#[inline]
fn begin<E: Events>(events: &mut E, place: Place) {
    match place {
        Place::Root => events.root(),
        Place::Element => events.element(),
        Place::Member => {}
    }
}

/// Whether a number or word ends in front of this byte.
#[inline]
pub(crate) fn ends_scalar(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b'"' | b'{' | b'[' | b':')
}

/// Whether the text behind `level` levels of escapes in `span` is one JSON object, array or string.
/// Leaves `containers` as it was.
pub fn is_nested(
    scanner: &mut Scanner,
    input: &[u8],
    containers: &mut Containers,
    span: Span,
    level: u8,
) -> bool {
    let depth = containers.depth();
    let valid = scanner.nested(&mut Check(input), containers, span, level).is_ok();
    containers.truncate(depth);
    valid
}

/// The first character of a text that is not JSON white space.
#[must_use]
pub fn first_character(text: Escaped<'_>) -> Option<char> {
    use crate::view::Text;
    let mut at = text.start();
    while let Some((ch, next)) = text.next(at) {
        if !matches!(ch, ' ' | '\t' | '\n' | '\r') {
            return Some(ch);
        }
        at = next;
    }
    None
}
