//! The userinfo of a URL (RFC 3986 section 3.2.1).

use super::Trim;

/// A name alone is a credential from this length.
const TOKEN: usize = 20;

/// A match is one character, `://`, userinfo, `@`; only the userinfo counts.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = text.clone().take_while(|ch| *ch != '/').count() + 2;
    let length = text.clone().count().checked_sub(front + 1).filter(|length| *length > 0)?;
    let userinfo = text.skip(front).take(length);
    let first = userinfo.clone().next()?;
    let mut password = userinfo.clone().skip_while(|ch| *ch != ':').skip(1);
    let token = length >= TOKEN && userinfo.clone().any(|ch| ch.is_ascii_digit());
    Trim::when(first != '[' && (password.next().is_some() || token))?;
    Some(Trim::front(front).back(1))
}
