//! E-mail addresses: what only looks like one is refused.

use super::Trim;
use super::context::escape;

/// Endings of files that have an `@` in their name (`logo@2x.png`); none is a top-level domain.
const FILES: [&str; 32] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tiff", "pdf", "css", "scss", "js",
    "mjs", "cjs", "jsx", "ts", "tsx", "json", "xml", "html", "htm", "txt", "yml", "yaml", "toml", "tgz",
    "gz", "tar", "whl", "woff",
];

/// Refuses file names and package versions (`name@1.2.3-rc.one`). An escape before the address stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = escape(text.clone());
    let mut domain = Domain::default();
    let mut last = ['\0'; 3];
    for ch in text.skip(front) {
        last = [last[1], last[2], ch];
        // What follows the last `@` counts, however that is written.
        match matches!(ch, '@' | '\u{ff20}') || last == ['%', '4', '0'] {
            true => domain = Domain::default(),
            false => domain.push(ch),
        }
    }
    let version = domain.version.is_one();
    (!version && !FILES.contains(&domain.ending())).then_some(Trim::front(front))
}

/// What there is of a domain so far.
#[derive(Clone, Copy, Default)]
struct Domain {
    /// The characters behind the last dot, in lower case; more than there is room for are only counted.
    ending: [u8; 8],
    len: usize,
    version: Version,
}

impl Domain {
    fn push(&mut self, ch: char) {
        self.version = self.version.then(ch);
        if ch == '.' {
            self.len = 0;
            return;
        }
        if let Some(slot) = self.ending.get_mut(self.len) {
            // No ending of a file has other characters.
            *slot = if ch.is_ascii() { ch.to_ascii_lowercase() as u8 } else { b'?' };
        }
        self.len += 1;
    }

    fn ending(&self) -> &str {
        self.ending.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

/// Whether a domain begins as a version does: numbers and dots, three of them or two and a dash, behind a `v` or not.
#[derive(Clone, Copy, Default)]
enum Version {
    /// Nothing has been read.
    #[default]
    Start,
    /// A number goes on, the last one of so many.
    Number(u32),
    /// Behind a `v` or dot, and so many numbers.
    Between(u32),
    /// It is decided.
    Known(bool),
}

impl Version {
    fn then(self, ch: char) -> Self {
        match (self, ch) {
            (Self::Start, 'v' | 'V') => Self::Between(0),
            (Self::Start, '0'..='9') => Self::Number(1),
            (Self::Between(count), '0'..='9') => Self::Number(count + 1),
            (Self::Number(_), '0'..='9') => self,
            (Self::Number(count), '.') => Self::Between(count),
            (Self::Number(count), '-') => Self::Known(count >= 2),
            (Self::Known(_), _) => self,
            _ => Self::Known(self.is_one()),
        }
    }

    fn is_one(self) -> bool {
        match self {
            Self::Start => false,
            Self::Number(count) | Self::Between(count) => count >= 3,
            Self::Known(known) => known,
        }
    }
}
