//! Characters to symbols: one for each character, or for each orbit of simple case folding.

use super::LiteralsError;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, HirKind};
use spanmask_core::matcher::alphabet::Alphabet;
use spanmask_core::table::PoolBuilder;

/// Gives out symbols.
pub(super) struct Folding {
    ignore_case: bool,
    /// The symbol of each character, 0 for none yet.
    symbols: Vec<u16>,
    /// The characters of each symbol, the first entry being symbol 1's.
    orbits: Vec<Vec<char>>,
}

impl Folding {
    pub(super) fn new(ignore_case: bool) -> Self {
        Self { ignore_case, symbols: vec![0; char::MAX as usize + 1], orbits: Vec::new() }
    }

    /// The symbol of a character of literal `index`, given out when it is new.
    pub(super) fn symbol(&mut self, ch: char, index: usize) -> Result<u16, LiteralsError> {
        let known = self.symbols[ch as usize];
        if known != 0 {
            return Ok(known);
        }
        let symbol =
            u16::try_from(self.orbits.len() + 1).map_err(|_| LiteralsError::TooManyCharacters { index })?;
        let orbit = if self.ignore_case { orbit(ch)? } else { vec![ch] };
        for &member in &orbit {
            self.symbols[member as usize] = symbol;
        }
        self.orbits.push(orbit);
        Ok(symbol)
    }

    /// The characters of each symbol, from symbol 1.
    pub(super) fn orbits(&self) -> &[Vec<char>] {
        &self.orbits
    }

    /// Writes the alphabet down.
    pub(super) fn alphabet(&self, pools: &mut PoolBuilder) -> Alphabet {
        let (mut starts, mut symbols) = (vec![0x80], vec![0]);
        for (code, &symbol) in self.symbols.iter().enumerate().skip(0x80) {
            if symbols.last() != Some(&symbol) {
                if starts.last() == Some(&(code as u32)) {
                    symbols.pop();
                } else {
                    starts.push(code as u32);
                }
                symbols.push(symbol);
            }
        }
        Alphabet {
            ascii: pools.u16s(&self.symbols[..0x80]),
            wide_starts: pools.u32s(&starts),
            wide_symbols: pools.u16s(&symbols),
        }
    }
}

/// All characters that simple case folding makes equal to `ch`, itself included.
fn orbit(ch: char) -> Result<Vec<char>, LiteralsError> {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(ch, ch)]);
    class.try_case_fold_simple().map_err(|_| LiteralsError::Unicode)?;
    Ok(class.iter().flat_map(|range| range.start()..=range.end()).collect())
}

/// Where the characters beyond ASCII that `\w` matches begin and end, in turn.
pub(super) fn word_edges() -> Result<Vec<u32>, LiteralsError> {
    let parsed = regex_syntax::parse(r"\w").map_err(|_| LiteralsError::Unicode)?;
    let HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = parsed.kind() else {
        return Err(LiteralsError::Unicode);
    };
    let wide = class.iter().filter(|range| !range.start().is_ascii());
    Ok(wide.flat_map(|range| [range.start() as u32, range.end() as u32 + 1]).collect())
}
