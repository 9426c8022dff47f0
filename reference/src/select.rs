//! Names, globs and paths: what a rule's selectors mean.

/// One step from a container to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Name(String),
    /// An element.
    Index(usize),
}

/// A path of the RFC 9535 subset.
#[derive(Clone, Debug)]
pub struct Path(Vec<Segment>);

#[derive(Clone, Debug)]
struct Segment {
    descendant: bool,
    any_of: Vec<Selector>,
}

#[derive(Clone, Debug)]
enum Selector {
    Wildcard,
    Step(Step),
}

/// Whether a glob (`*`: anything, `?`: one character) matches a whole name, ASCII case ignored.
pub fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    glob_at(&pattern, &name)
}

/// `glob` on what is left of both.
fn glob_at(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => (0..=name.len()).any(|skip| glob_at(rest, &name[skip..])),
        (Some(('?', rest)), Some((_, name))) => glob_at(rest, name),
        (Some((p, rest)), Some((n, name))) => p.eq_ignore_ascii_case(n) && glob_at(rest, name),
        _ => false,
    }
}

/// Whether any of the globs matches any of the names.
pub fn any_glob(globs: &[String], names: &[String]) -> bool {
    globs.iter().any(|pattern| names.iter().any(|name| glob(pattern, name)))
}

impl Path {
    /// Parses a path; `None` for what the subset does not have.
    pub fn parse(text: &str) -> Option<Path> {
        let chars: Vec<char> = text.chars().collect();
        let mut rest = chars.strip_prefix(&['$'])?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            let descendant = rest.starts_with(&['.', '.']);
            if descendant {
                rest = &rest[1..];
                if rest.get(1) == Some(&'[') {
                    rest = &rest[1..];
                }
            }
            let any_of;
            (any_of, rest) = match rest.split_first()? {
                ('.', after) => shorthand(after)?,
                ('[', after) => brackets(after)?,
                _ => return None,
            };
            segments.push(Segment { descendant, any_of });
        }
        Some(Path(segments))
    }

    /// Whether the path selects the value that these steps lead to.
    pub fn matches(&self, steps: &[Step]) -> bool {
        matches_from(&self.0, steps)
    }
}

/// Whether all segments take all steps.
fn matches_from(segments: &[Segment], steps: &[Step]) -> bool {
    let Some((segment, later)) = segments.split_first() else { return steps.is_empty() };
    let skips = if segment.descendant { steps.len() } else { 1 };
    (0..skips.min(steps.len())).any(|skip| {
        let takes = segment.any_of.iter().any(|selector| match selector {
            Selector::Wildcard => true,
            Selector::Step(step) => *step == steps[skip],
        });
        takes && matches_from(later, &steps[skip + 1..])
    })
}

/// `name` or `*` behind a dot.
fn shorthand(text: &[char]) -> Option<(Vec<Selector>, &[char])> {
    if let Some(rest) = text.strip_prefix(&['*']) {
        return Some((vec![Selector::Wildcard], rest));
    }
    let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_' || !c.is_ascii();
    let length = text.iter().take_while(|c| is_name(c)).count();
    if length == 0 || text[0].is_ascii_digit() {
        return None;
    }
    Some((vec![Selector::Step(Step::Name(text[..length].iter().collect()))], &text[length..]))
}

/// What stands in brackets: selectors with commas between them.
fn brackets(mut text: &[char]) -> Option<(Vec<Selector>, &[char])> {
    let mut any_of = Vec::new();
    loop {
        text = skip_space(text);
        let selector;
        (selector, text) = match text.split_first()? {
            ('*', rest) => (Selector::Wildcard, rest),
            (quote @ ('\'' | '"'), rest) => quoted(rest, *quote)?,
            _ => index(text)?,
        };
        any_of.push(selector);
        text = skip_space(text);
        match text.split_first()? {
            (',', rest) => text = rest,
            (']', rest) => return Some((any_of, rest)),
            _ => return None,
        }
    }
}

/// Steps over blanks.
fn skip_space(text: &[char]) -> &[char] {
    &text[text.iter().take_while(|c| crate::json::is_space(**c)).count()..]
}

/// A quoted name, escapes of the quote and the backslash only.
fn quoted(mut text: &[char], quote: char) -> Option<(Selector, &[char])> {
    let mut name = String::new();
    loop {
        match text {
            [c, rest @ ..] if *c == quote => return Some((Selector::Step(Step::Name(name)), rest)),
            ['\\', c @ ('\\' | '\'' | '"'), rest @ ..] => {
                name.push(*c);
                text = rest;
            }
            ['\\', ..] | [] => return None,
            [c, rest @ ..] => {
                name.push(*c);
                text = rest;
            }
        }
    }
}

/// An index that is not negative.
fn index(text: &[char]) -> Option<(Selector, &[char])> {
    let length = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let digits: String = text[..length].iter().collect();
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((Selector::Step(Step::Index(digits.parse().ok()?)), &text[length..]))
}

/// Steps as an RFC 9535 normalized path.
pub fn normalized(steps: &[Step]) -> String {
    let mut out = String::from("$");
    for step in steps {
        match step {
            Step::Index(index) => out.push_str(&format!("[{index}]")),
            Step::Name(name) => {
                out.push_str("['");
                name.chars().for_each(|c| out.push_str(&escape_name(c)));
                out.push_str("']");
            }
        }
    }
    out
}

/// One character of a name in a normalized path.
fn escape_name(c: char) -> String {
    match c {
        '\'' => "\\'".into(),
        '\\' => "\\\\".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.into(),
    }
}
