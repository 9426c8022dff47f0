//! Bit logic over a block: what follows what, without a walk.

use super::NotJson;
use crate::arch::{BLOCK, Isa};
use crate::scan::grammar::Expect;

/// What a block's bytes are, outside and inside strings.
#[derive(Clone, Copy, Default)]
pub(super) struct Block {
    /// Opening quotes.
    pub(super) starts: u64,
    /// Closing quotes.
    pub(super) ends: u64,
    /// Inside strings: from an opening quote on, without the closing one.
    pub(super) inside: u64,
    /// Every `u` behind a backslash there: of escapes of four digits, of nested texts too.
    pub(super) unicode: u64,
    /// Brackets outside of strings.
    pub(super) brackets: u64,
    /// Of these, the opening ones.
    pub(super) opens: u64,
    /// And those of objects.
    pub(super) objects: u64,
    /// Commas outside of strings.
    commas: u64,
    /// Colons outside of strings.
    pub(super) colons: u64,
    /// White space outside of strings.
    white: u64,
    /// Bytes of numbers and words (and whatever else stands outside of strings).
    pub(super) scalars: u64,
    /// Their first bytes.
    pub(super) scalar_starts: u64,
    /// The first bytes behind them.
    pub(super) scalar_ends: u64,
}

impl Block {
    /// Whether all of it lies in a string that goes on behind it. Then no token begins or ends here, and what is carried
    /// stays as it is.
    #[inline(always)]
    pub(super) fn is_within_string(&self) -> bool {
        self.inside == u64::MAX && self.starts == 0
    }
}

/// State at the end of a block.
#[derive(Clone, Copy, Default)]
pub(super) struct Carry {
    /// The next byte is escaped.
    escaped: bool,
    /// The last byte is a backslash.
    pub(super) backslash: bool,
    /// Which of the next bytes must be digits of an escape.
    digits: u64,
    /// All ones inside a string.
    inside: u64,
    scalar: u64,
    /// What the next byte that is no white space follows: a value, an opening bracket, what a name stands behind in an
    /// object, a name, the end of a text (or the start of the input).
    value: Mark,
    open: Mark,
    member: Mark,
    name: Mark,
    text: Mark,
    /// A name goes on.
    in_name: bool,
    /// Bytes of characters in UTF-8 that go on.
    wide: Wide,
    /// Everything is known to be UTF-8.
    utf8: bool,
}

/// Something that the next byte follows, unless that is white space: then the mark moves on.
#[derive(Clone, Copy, Default)]
struct Mark(u64);

impl Mark {
    /// Where the next bytes stand that are no white space, behind each byte of `bytes` (and `extra`, which stands there
    /// already).
    #[inline(always)]
    fn behind<const WHITE: bool>(&mut self, bytes: u64, extra: u64, white: u64) -> u64 {
        let marks = bytes << 1 | extra | self.0;
        if !WHITE {
            self.0 = bytes >> 63;
            return marks;
        }
        // A mark at the front of a run of white space is carried to the run's end.
        let (moved, over) = (marks & white).overflowing_add(white);
        self.0 = bytes >> 63 | u64::from(over);
        marks & !white | moved & !white
    }
}

impl Carry {
    /// Before a token, in an object or not. `utf8`: all that comes is known to be UTF-8.
    pub(super) fn new(utf8: bool, expect: Expect, in_object: bool) -> Self {
        let mark = |set: bool| Mark(u64::from(set));
        Self {
            value: mark(matches!(expect, Expect::Separator | Expect::Colon)),
            open: mark(matches!(expect, Expect::KeyOrClose | Expect::ValueOrClose)),
            member: mark(in_object && matches!(expect, Expect::KeyOrClose | Expect::Key)),
            name: mark(expect == Expect::Colon),
            text: mark(expect == Expect::Text),
            utf8,
            ..Self::default()
        }
    }

    /// What may come next. Of a string that is open: what it is.
    pub(super) fn expect(&self, in_object: bool) -> Expect {
        let Self { value, open, member, name, text, .. } = self;
        let is = |mark: &Mark| mark.0 != 0;
        match in_object {
            _ if self.in_string() && self.in_name => Expect::Key,
            _ if self.in_string() => Expect::Value,
            _ if is(text) => Expect::Text,
            _ if is(name) => Expect::Colon,
            _ if is(value) => Expect::Separator,
            true if is(open) => Expect::KeyOrClose,
            false if is(open) => Expect::ValueOrClose,
            _ if is(member) => Expect::Key,
            _ => Expect::Value,
        }
    }

    /// Whether a string is open.
    pub(super) fn in_string(&self) -> bool {
        self.inside != 0
    }

    /// Tells the block's strings and what stands between them; errors that show in single bytes, unless it is `trusted`.
    #[inline(always)]
    pub(super) fn block<I: Isa>(
        &mut self,
        isa: I,
        bytes: &[u8; BLOCK],
        trusted: bool,
    ) -> Result<Block, NotJson> {
        let block = isa.load(bytes);
        let backslash = isa.equal(block, b'\\');
        let (escaped, next) = escaped(backslash, self.escaped);
        let quote = isa.equal(block, b'"') & !escaped;
        let inside = isa.prefix_xor(quote) ^ self.inside;
        let ends = quote & !inside;
        let outside = !(inside | ends);
        let high = isa.bit::<7>(block);
        if !self.utf8 && (high != 0 || self.wide.expected != 0) {
            self.wide.check(isa, block, high)?;
        }
        let control = isa.below(block, b' ');
        if !trusted && control != 0 {
            let white = isa.equal(block, b'\t') | isa.equal(block, b'\n') | isa.equal(block, b'\r');
            if control & !(white & outside) != 0 {
                return Err(NotJson);
            }
        }
        let mut found = Block { starts: quote & inside, ends, inside, ..Block::default() };
        let scalar = self.scalar;
        self.scalar = 0;
        if outside != 0 {
            let folded = isa.folded(block);
            let brackets = (isa.equal(folded, b'{') | isa.equal(folded, b'}')) & outside;
            found.brackets = brackets;
            found.opens = brackets & isa.bit::<1>(block);
            found.objects = brackets & isa.bit::<5>(block);
            found.commas = isa.equal(block, b',') & outside;
            found.colons = isa.equal(block, b':') & outside;
            // Other control characters have been refused.
            found.white = isa.below(block, b'!') & outside;
            found.scalars = outside & !(brackets | found.commas | found.colons | found.white);
            self.scalar = found.scalars >> 63;
        }
        let before = found.scalars << 1 | scalar;
        found.scalar_starts = found.scalars & !before;
        found.scalar_ends = before & !found.scalars;
        let mut unicode = 0;
        if backslash != 0 || self.backslash {
            let letter_u = isa.equal(block, b'u') & inside;
            unicode = escaped & letter_u;
            found.unicode = letter_u & (backslash << 1 | u64::from(self.backslash));
            if !trusted && escaped & inside & !(isa.short_escapes(block) | letter_u) != 0 {
                return Err(NotJson);
            }
        }
        if !trusted && unicode | self.digits != 0 {
            self.digits(isa, block, unicode)?;
        }
        self.escaped = next;
        self.backslash = backslash >> 63 == 1;
        self.inside = 0u64.wrapping_sub(inside >> 63);
        Ok(found)
    }

    /// Checks that four digits follow the `u` of each escape.
    #[inline(always)]
    fn digits<I: Isa>(&mut self, isa: I, block: I::Block, unicode: u64) -> Result<(), NotJson> {
        let wanted = self.digits | unicode << 1 | unicode << 2 | unicode << 3 | unicode << 4;
        self.digits = unicode >> 63 | unicode >> 62 | unicode >> 61 | unicode >> 60;
        let folded = isa.folded(block);
        let letters = isa.below(folded, b'g') & !isa.below(folded, b'a');
        let digits = isa.below(block, b':') & !isa.below(block, b'0') | letters;
        if wanted & !digits == 0 { Ok(()) } else { Err(NotJson) }
    }

    /// Whether each token may follow the one before it. `objects`: the container around the byte behind this one is an
    /// object. `ends`: the brackets that close a text.
    #[inline(always)]
    pub(super) fn grammar(&mut self, block: &Block, objects: u64, ends: u64) -> Result<(), NotJson> {
        match block.white {
            0 => self.grammar_where::<false>(block, objects, ends),
            _ => self.grammar_where::<true>(block, objects, ends),
        }
    }

    /// The same, of a block with white space or without.
    #[inline(always)]
    fn grammar_where<const WHITE: bool>(
        &mut self,
        block: &Block,
        objects: u64,
        ends: u64,
    ) -> Result<(), NotJson> {
        let closes = block.brackets & !block.opens;
        // Behind a value stands a comma, a colon or a closing bracket; these stand nowhere else, but for `[]` and `{}`.
        let behind_value =
            self.value.behind::<WHITE>(block.ends | closes & !ends, block.scalar_ends, block.white);
        let behind_open = self.open.behind::<WHITE>(block.opens, 0, block.white);
        let wrong = (behind_value | behind_open & closes) ^ (block.commas | block.colons | closes);
        // In an object a name stands behind a bracket or comma. What is no value is told by the rule above.
        let behind = self.member.behind::<WHITE>((block.opens | block.commas) & objects, 0, block.white);
        let wrong = wrong | behind & (block.scalar_starts | block.opens);
        let names = behind & block.starts;
        // A carry runs from a name's opening quote to its closing one.
        let (sum, over) = block.inside.overflowing_add(names);
        let (sum, over_too) = sum.overflowing_add(u64::from(self.in_name));
        self.in_name = over | over_too;
        let name_ends = sum & !block.inside;
        let wrong = wrong | self.name.behind::<WHITE>(name_ends, 0, block.white) ^ block.colons;
        // Behind a text stands another one.
        let behind_text = self.text.behind::<WHITE>(ends, 0, block.white);
        let wrong = wrong | behind_text & !block.opens;
        if wrong == 0 { Ok(()) } else { Err(NotJson) }
    }
}

/// What the bytes of a character that goes on behind the block must be, as bits of its first bytes.
#[derive(Clone, Copy, Default)]
struct Wide {
    expected: u64,
    /// Places at which the second byte must not be below 0x90, 0xa0; must be below these.
    from_90: u64,
    from_a0: u64,
    to_90: u64,
    to_a0: u64,
}

impl Wide {
    /// Checks that a block is UTF-8: RFC 3629, section 4. `high`: its bytes beyond ASCII.
    #[inline(always)]
    fn check<I: Isa>(&mut self, isa: I, block: I::Block, high: u64) -> Result<(), NotJson> {
        let next = |bits: u64, carry: &mut u64| {
            let moved = bits << 1 | *carry;
            *carry = bits >> 63;
            moved
        };
        let (two, three, four) = (isa.bit::<6>(block) & high, isa.bit::<5>(block), isa.bit::<4>(block));
        let (three, four) = (two & three, two & three & four);
        let expected = self.expected | two << 1 | three << 2 | four << 3;
        self.expected = two >> 63 | three >> 62 | four >> 61;
        let (below_90, below_a0) = (isa.below(block, 0x90), isa.below(block, 0xa0));
        let wrong = expected ^ high & !two
            | two & (isa.below(block, 0xc2) | !isa.below(block, 0xf5))
            | next(isa.equal(block, 0xe0), &mut self.from_a0) & below_a0
            | next(isa.equal(block, 0xed), &mut self.to_a0) & !below_a0
            | next(isa.equal(block, 0xf0), &mut self.from_90) & below_90
            | next(isa.equal(block, 0xf4), &mut self.to_90) & !below_90;
        if wrong == 0 { Ok(()) } else { Err(NotJson) }
    }
}

/// Which bytes a backslash escapes, and whether the first byte of the next block is escaped.
///
/// As simdjson: of each run of backslashes the odd ones escape; an addition that starts at runs on odd
/// places carries to their ends.
#[inline(always)]
pub(super) fn escaped(backslash: u64, carried: bool) -> (u64, bool) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let carried = u64::from(carried);
    let potential = backslash & !carried;
    let maybe_odd = potential << 1 | ODD;
    let codes = maybe_odd.wrapping_sub(potential) ^ ODD;
    let escaped = codes ^ (potential | carried);
    (escaped, codes & potential & 1 << 63 != 0)
}

/// The bits below bit `at`, which is at most 63.
#[inline]
pub(super) const fn below(at: u32) -> u64 {
    (1 << at) - 1
}

/// The highest bit.
#[inline(always)]
pub(super) fn highest(bits: u64) -> Option<usize> {
    63_u32.checked_sub(bits.leading_zeros()).map(|bit| bit as usize)
}
