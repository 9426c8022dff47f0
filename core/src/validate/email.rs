//! E-mail addresses: what only looks like one is refused.

use super::Trim;

/// Endings of files that have an `@` in their name (`logo@2x.png`).
const FILES: [&str; 12] =
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "css", "js", "json", "tgz"];

/// Refuses file names and package versions (`name@1.2.3-rc.one`).
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let domain = domain(text);
    let ending = domain.clone().fold(0, |at, ch| if ch == '.' { 0 } else { at + 1 });
    let length = domain.clone().count();
    let ending = domain.clone().skip(length.saturating_sub(ending));
    let is = |name: &&str| ending.clone().map(|ch| ch.to_ascii_lowercase()).eq(name.chars());
    let mut head = domain.skip_while(char::is_ascii_digit);
    let version = head.next() == Some('.')
        && head.next().is_some_and(|ch| ch.is_ascii_digit())
        && matches!(head.find(|ch| !ch.is_ascii_digit()), Some('.' | '-'));
    Trim::when(!version && !FILES.iter().any(|name| is(name)))
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
