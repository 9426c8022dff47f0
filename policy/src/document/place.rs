//! Where in its text a part of a policy stands, for those who show the text.

use super::Format;
use crate::error::{Place, PolicyError};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;

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
        let Ok(tree) = serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) else {
            return self;
        };
        for problem in self.problems.iter_mut().filter(|problem| problem.place.is_none()) {
            problem.place = Some(find(&tree, &problem.path));
        }
        self
    }
}

/// A value of a document, of which only its form matters.
enum Node {
    Scalar,
    List(Vec<Spanned<Node>>),
    Map(Vec<(String, Spanned<Node>)>),
}

/// The place of `rules[2].mask.char`, or of the innermost part of it that is there.
fn find(tree: &Spanned<Node>, path: &str) -> Place {
    let mut at = tree;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match (&at.value, step.strip_suffix(']')) {
            (Node::List(items), Some(index)) => index.parse().ok().and_then(|index: usize| items.get(index)),
            (Node::Map(entries), None) => {
                entries.iter().find(|(name, _)| name == step).map(|(_, value)| value)
            }
            _ => None,
        };
        let Some(next) = next else { break };
        at = next;
    }
    Place::new(at.referenced.line(), at.referenced.column())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}
