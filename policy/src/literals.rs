//! Builds sets of literals: from text to the tables that [`spanmask_core::matcher::literals`] reads.

mod folding;
mod need;
mod trie;

pub mod file;

use core::fmt;
use folding::Folding;
use need::Needs;
use spanmask_core::matcher::literals::Literals;
use spanmask_core::prefilter::Need;
use spanmask_core::table::PoolBuilder;

/// What one set may hold. Each name is what the error at that limit says.
pub mod limits {
    /// `literals.count`: literals of one set.
    pub const COUNT: usize = 1_000_000;
    /// `literals.length`: characters of one literal.
    pub const LENGTH: usize = spanmask_core::matcher::literals::LONGEST;
    /// `literals.total`: characters of all literals of one set.
    pub const TOTAL: usize = 64 << 20;
    /// `literals.characters`: different characters in one set (one for each folding orbit when case is ignored).
    pub const CHARACTERS: usize = u16::MAX as usize;
}

/// Why a set of literals was refused. Indexes count the literals in the order given, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiteralsError {
    /// There is no literal at all.
    None,
    /// This literal is empty.
    Empty {
        /// Its index.
        index: usize,
    },
    /// This literal is longer than [`limits::LENGTH`].
    TooLong {
        /// Its index.
        index: usize,
    },
    /// There are more than [`limits::COUNT`] literals.
    TooMany,
    /// With this literal they hold more than [`limits::TOTAL`] characters together.
    TooLarge {
        /// Its index.
        index: usize,
    },
    /// With this literal they hold more than [`limits::CHARACTERS`] different characters.
    TooManyCharacters {
        /// Its index.
        index: usize,
    },
    /// The Unicode tables for case folding or word characters are missing from this build.
    Unicode,
}

impl LiteralsError {
    /// The index of the literal at fault, when it is one literal's.
    #[must_use]
    pub const fn index(&self) -> Option<usize> {
        match *self {
            Self::Empty { index }
            | Self::TooLong { index }
            | Self::TooLarge { index }
            | Self::TooManyCharacters { index } => Some(index),
            Self::None | Self::TooMany | Self::Unicode => None,
        }
    }
    /// The name of the limit that was passed, if it was one.
    #[must_use]
    pub const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::TooLong { .. } => Some("literals.length"),
            Self::TooMany => Some("literals.count"),
            Self::TooLarge { .. } => Some("literals.total"),
            Self::TooManyCharacters { .. } => Some("literals.characters"),
            Self::None | Self::Empty { .. } | Self::Unicode => None,
        }
    }
    const fn bound(&self) -> usize {
        match self {
            Self::TooLong { .. } => limits::LENGTH,
            Self::TooMany => limits::COUNT,
            Self::TooLarge { .. } => limits::TOTAL,
            Self::TooManyCharacters { .. } => limits::CHARACTERS,
            Self::None | Self::Empty { .. } | Self::Unicode => 0,
        }
    }
}

impl fmt::Display for LiteralsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::None => "there is no literal",
            Self::Empty { .. } => "the literal is empty",
            Self::TooLong { .. } => "the literal has too many characters",
            Self::TooMany => "there are too many literals",
            Self::TooLarge { .. } => "the literals have too many characters together",
            Self::TooManyCharacters { .. } => "the literals have too many different characters",
            Self::Unicode => "the Unicode tables are missing",
        };
        f.write_str(what)?;
        if let Some(limit) = self.limit() {
            write!(f, " (limit {limit}: {})", self.bound())?;
        }
        if let Some(index) = self.index() {
            write!(f, ", at index {index}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LiteralsError {}

/// A set, built, and what is known about its matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// The record; its tables are in the pools.
    pub literals: Literals,
    /// What every match holds.
    pub need: Need,
    /// Characters of the shortest literal.
    pub min_chars: usize,
    /// Characters of the longest literal.
    pub max_chars: usize,
    /// A literal that says the same as an earlier one (its index, the earlier one's). It has no effect.
    pub duplicate: Option<(usize, usize)>,
}

/// Builds the set of `literals`, in order of preference. With `ignore_case` they match as under `(?i)` of the
/// regex crate, with `whole_word` only where no `\w` character touches the match.
///
/// # Errors
/// See [`LiteralsError`]. A duplicate is no error: [`Built::duplicate`] names the first.
pub fn build<'a>(
    literals: impl IntoIterator<Item = &'a str>,
    ignore_case: bool,
    whole_word: bool,
    pools: &mut PoolBuilder,
) -> Result<Built, LiteralsError> {
    let mut folding = Folding::new(ignore_case);
    let texts = Texts::read(literals, &mut folding)?;
    let sorted = texts.sorted();
    let trie = trie::build(&texts, &sorted, pools);
    let words = if whole_word { folding::word_edges()? } else { Vec::new() };
    let mut record = trie.record;
    record.alphabet = folding.alphabet(pools);
    record.whole_word = whole_word;
    record.words = pools.u32s(&words);
    let mut needs = Needs::new(&folding);
    for index in 0..texts.len() {
        needs.add(texts.get(index));
    }
    Ok(Built {
        literals: record,
        need: needs.best(),
        min_chars: texts.lengths().min().unwrap_or(0),
        max_chars: texts.lengths().max().unwrap_or(0),
        duplicate: trie.duplicate,
    })
}

/// The literals as symbols, one behind the other.
struct Texts {
    symbols: Vec<u16>,
    /// Where each begins, and where the last one ends.
    starts: Vec<u32>,
}

impl Texts {
    fn read<'a>(
        literals: impl IntoIterator<Item = &'a str>,
        folding: &mut Folding,
    ) -> Result<Self, LiteralsError> {
        let mut texts = Self { symbols: Vec::new(), starts: vec![0] };
        for (index, literal) in literals.into_iter().enumerate() {
            if index == limits::COUNT {
                return Err(LiteralsError::TooMany);
            }
            texts.push(index, literal, folding)?;
        }
        if texts.len() == 0 { Err(LiteralsError::None) } else { Ok(texts) }
    }

    fn push(&mut self, index: usize, literal: &str, folding: &mut Folding) -> Result<(), LiteralsError> {
        if literal.is_empty() {
            return Err(LiteralsError::Empty { index });
        }
        let start = self.symbols.len();
        for ch in literal.chars().take(limits::LENGTH + 1) {
            self.symbols.push(folding.symbol(ch, index)?);
        }
        if self.symbols.len() - start > limits::LENGTH {
            return Err(LiteralsError::TooLong { index });
        }
        if self.symbols.len() > limits::TOTAL {
            return Err(LiteralsError::TooLarge { index });
        }
        self.starts.push(self.symbols.len() as u32);
        Ok(())
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn get(&self, index: usize) -> &[u16] {
        &self.symbols[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as usize)
    }

    /// Indexes by text, then by order.
    fn sorted(&self) -> Vec<u32> {
        // The first four symbols in one number decide nearly every comparison without a look at the text.
        let mut keys: Vec<(u64, u32)> = (0..self.len()).map(|i| (head(self.get(i)), i as u32)).collect();
        keys.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.get(a.1 as usize).cmp(self.get(b.1 as usize))).then(a.1.cmp(&b.1))
        });
        keys.into_iter().map(|(_, index)| index).collect()
    }
}

fn head(symbols: &[u16]) -> u64 {
    (0..4).fold(0, |key, i| key << 16 | u64::from(symbols.get(i).copied().unwrap_or(0)))
}
