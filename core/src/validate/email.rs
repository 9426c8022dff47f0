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
    let domain = domain(text.skip(front));
    let ending = domain.clone().fold(0, |at, ch| if ch == '.' { 0 } else { at + 1 });
    let length = domain.clone().count();
    let ending = domain.clone().skip(length.saturating_sub(ending));
    let is = |name: &&str| ending.clone().map(|ch| ch.to_ascii_lowercase()).eq(name.chars());
    (!version(domain) && !FILES.iter().any(is)).then_some(Trim::front(front))
}

/// Whether it begins as a version does: numbers and dots, three of them or two and a dash, behind a `v` or not.
fn version<I: Iterator<Item = char> + Clone>(text: I) -> bool {
    let mark = usize::from(matches!(text.clone().next(), Some('v' | 'V')));
    let mut rest = text.skip(mark).peekable();
    let mut numbers = 0;
    while rest.next_if(char::is_ascii_digit).is_some() {
        numbers += 1;
        while rest.next_if(char::is_ascii_digit).is_some() {}
        match rest.next() {
            Some('.') => {}
            Some('-') => return numbers >= 2,
            _ => break,
        }
    }
    numbers >= 3
}

/// What follows the last `@`, however it is written.
fn domain<I: Iterator<Item = char> + Clone>(text: I) -> core::iter::Skip<I> {
    let mut behind = 0;
    let mut last = ['\0'; 3];
    for (at, ch) in text.clone().enumerate() {
        last = [last[1], last[2], ch];
        if matches!(ch, '@' | '\u{ff20}') || last == ['%', '4', '0'] {
            behind = at + 1;
        }
    }
    text.skip(behind)
}
