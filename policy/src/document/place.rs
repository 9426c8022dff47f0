//! Where in its text a part of a policy stands, for those who show the text.

use super::Format;
use super::node::{self, Node, Tree};
use crate::error::{Place, PolicyError};
use serde::de::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

impl PolicyError {
    /// Tells where in `text`, the policy, each problem stands, as near as that can be told: a field that is missing stands where
    /// its rule does. Places in TOML are known of faults of its grammar only. Linear in `text`.
    ///
    /// # Example
    /// ```
    /// use spanmask::{Document, Format};
    ///
    /// let text = "version: 1\nrules:\n  - { id: CARD, detectt: payment_card }\n";
    /// let error = Document::parse(text, Format::Yaml).unwrap_err().with_places(text, Format::Yaml);
    /// let place = error.problems()[0].place.unwrap();
    /// assert_eq!((place.line, place.column), (3, 26));
    /// ```
    #[must_use]
    pub fn with_places(mut self, text: &str, format: Format) -> Self {
        if format == Format::Toml || self.problems.iter().all(|problem| problem.place.is_some()) {
            return self;
        }
        let options = serde_saphyr::options! { with_snippet: false };
        let Ok(tree) = serde_saphyr::from_str_with_options::<Spanned<Form>>(text, options) else {
            return self;
        };
        for problem in self.problems.iter_mut().filter(|problem| problem.place.is_none()) {
            problem.place = Some(find(&tree, &problem.path));
        }
        self
    }
}

/// A value of a document, of which only its form matters.
enum Form {
    Scalar,
    List(Vec<Spanned<Form>>),
    Map(Vec<(String, Spanned<Form>)>),
}

/// The place of `rules[2].mask.char`, or of the innermost part of it that is there.
fn find(tree: &Spanned<Form>, path: &str) -> Place {
    let mut at = tree;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match (&at.value, step.strip_suffix(']')) {
            (Form::List(items), Some(index)) => index.parse().ok().and_then(|index: usize| items.get(index)),
            (Form::Map(entries), None) => {
                entries.iter().find(|(name, _)| name == step).map(|(_, value)| value)
            }
            _ => None,
        };
        let Some(next) = next else { break };
        at = next;
    }
    Place::new(at.referenced.line(), at.referenced.column())
}

impl Tree for Form {
    type Item = Spanned<Self>;

    fn scalar(_: Node) -> Self {
        Self::Scalar
    }

    fn list(items: Vec<Spanned<Self>>) -> Self {
        Self::List(items)
    }

    fn map(entries: Vec<(String, Spanned<Self>)>) -> Self {
        Self::Map(entries)
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        node::read(deserializer)
    }
}
