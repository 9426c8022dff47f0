//! Whose trace it is: the ids that Langfuse's worker sends along. Callers of Langfuse can make it propagate headers of theirs,
//! which may carry the same names, so what is not plainly one id is refused.

use hyper::HeaderMap;
use hyper::header::HeaderValue;

const PROJECT: &str = "x-langfuse-project-id";
const ORGANISATION: &str = "x-langfuse-org-id";
/// Langfuse's ids are shorter.
const LONGEST: usize = 128;

/// The ids of a request; `None` where there is none (those of replay jobs have no organisation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tenant<'a> {
    pub(crate) project: Option<&'a str>,
    pub(crate) organisation: Option<&'a str>,
}

/// A header that is there twice, or is not one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOneId(pub(crate) &'static str);

impl<'a> Tenant<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Result<Self, NotOneId> {
        Ok(Self { project: id(headers, PROJECT)?, organisation: id(headers, ORGANISATION)? })
    }
}

fn id<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, NotOneId> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    let text = first.map_or(Some(""), |value| plain(value));
    match (text, second) {
        (Some(id), None) => Ok((!id.is_empty()).then_some(id)),
        _ => Err(NotOneId(name)),
    }
}

/// Joined headers have a comma and a space between them.
fn plain(value: &HeaderValue) -> Option<&str> {
    let id = value.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (id.len() <= LONGEST && id.bytes().all(fits)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
        values.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).fold(
            HeaderMap::new(),
            |mut map, (name, value): (hyper::header::HeaderName, _)| {
                map.append(name, value);
                map
            },
        )
    }

    #[test]
    fn as_the_worker_sends_them() {
        let all = headers(&[(PROJECT, "clx-1"), (ORGANISATION, "org_7")]);
        assert_eq!(Tenant::of(&all), Ok(Tenant { project: Some("clx-1"), organisation: Some("org_7") }));
        let replay = headers(&[(PROJECT, "clx-1"), (ORGANISATION, "")]);
        assert_eq!(Tenant::of(&replay), Ok(Tenant { project: Some("clx-1"), organisation: None }));
        assert_eq!(Tenant::of(&headers(&[])), Ok(Tenant { project: None, organisation: None }));
    }

    #[test]
    fn joined_or_repeated_ones_are_refused() {
        for name in [PROJECT, ORGANISATION] {
            let long = "x".repeat(LONGEST + 1);
            for joined in ["proj-1, spoof", "proj-1,spoof", "a b", "ä", ",", long.as_str()] {
                assert_eq!(Tenant::of(&headers(&[(name, joined)])), Err(NotOneId(name)), "{joined}");
            }
            for twice in [["a", "b"], ["a", "a"], ["", "a"], ["a", ""]] {
                assert_eq!(Tenant::of(&headers(&twice.map(|value| (name, value)))), Err(NotOneId(name)));
            }
        }
    }
}
