//! What the three formats have in common: a tree, not yet a policy.
//!
//! Reading fields from a tree of our own, and not from each format, gives every format the same rules (a number is
//! no string, no field stands twice) and messages that never show a value.

use super::names;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use zeroize::Zeroizing;

/// A value of a document.
pub(crate) enum Node {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Zeroizing<String>),
    List(Vec<Node>),
    /// In the order written; a name may stand twice.
    Map(Vec<(String, Node)>),
    /// A value that has been reported; readers pass over it.
    Reported,
}

/// One step from a node to a node in it, by position.
pub(crate) type Step = usize;

impl Node {
    /// Replaces what stands at `path` by [`Node::Reported`]; false when nothing stands there.
    pub(crate) fn strike(&mut self, path: &[Step]) -> bool {
        match (path.split_first(), self) {
            (None, node) => {
                *node = Self::Reported;
                true
            }
            (Some((&step, rest)), Self::List(items)) => {
                items.get_mut(step).is_some_and(|item| item.strike(rest))
            }
            (Some((&step, rest)), Self::Map(entries)) => {
                entries.get_mut(step).is_some_and(|(_, value)| value.strike(rest))
            }
            _ => false,
        }
    }

    /// The path in the way people write it: `rules[2].mask.char`.
    pub(crate) fn describe(&self, path: &[Step]) -> String {
        let (mut node, mut out) = (self, String::new());
        for &step in path {
            match node {
                Self::List(items) => {
                    out.push_str(&format!("[{step}]"));
                    node = items.get(step).unwrap_or(&Self::Null);
                }
                Self::Map(entries) => {
                    let Some((name, value)) = entries.get(step) else { break };
                    if under_hash(&out) && !is_hash_field(name) {
                        break;
                    }
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(&names::shown(name));
                    node = value;
                }
                _ => break,
            }
        }
        out
    }
}

/// What stands under `hash` may be a key in a wrong place: its names are shown only when they are ours.
fn under_hash(path: &str) -> bool {
    path.split('.').any(|part| part == "hash")
}

fn is_hash_field(name: &str) -> bool {
    matches!(name, "key" | "key_env" | "length")
}

/// A tree that is read as a document is, whatever it keeps of it.
pub(super) trait Tree: Sized {
    /// What stands in lists and maps.
    type Item: for<'de> Deserialize<'de>;

    /// What is neither list nor map.
    fn scalar(value: Node) -> Self;
    fn list(items: Vec<Self::Item>) -> Self;
    fn map(entries: Vec<(String, Self::Item)>) -> Self;
}

/// Reads a [`Tree`] from any format.
pub(super) fn read<'de, T: Tree, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(TreeVisitor(PhantomData))
}

impl Tree for Node {
    type Item = Self;

    fn scalar(value: Node) -> Self {
        value
    }

    fn list(items: Vec<Self>) -> Self {
        Self::List(items)
    }

    fn map(entries: Vec<(String, Self)>) -> Self {
        number_of(&entries).unwrap_or(Self::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

struct TreeVisitor<T>(PhantomData<T>);

impl<'de, T: Tree> Visitor<'de> for TreeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::scalar(Node::Null))
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::scalar(Node::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::scalar(Node::Boolean(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::scalar(Node::Unsigned(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::scalar(u64::try_from(value).map_or(Node::Signed(value), Node::Unsigned)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::scalar(Node::Float(value)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::scalar(Node::Text(Zeroizing::new(text.to_owned()))))
    }

    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::scalar(Node::Text(Zeroizing::new(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(T::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(T::map(entries))
    }
}

/// With the feature `arbitrary_precision`, which any crate in a build may turn on, `serde_json` hands out numbers
/// as maps with this one name.
fn number_of(entries: &[(String, Node)]) -> Option<Node> {
    match entries {
        [(name, Node::Text(text))] if name == "$serde_json::private::Number" => {
            let whole = text.parse().map(Node::Unsigned).or_else(|_| text.parse().map(Node::Signed));
            whole.ok().or_else(|| text.parse().ok().map(Node::Float))
        }
        _ => None,
    }
}
