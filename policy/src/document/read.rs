//! From a tree to fields: all problems with names and types, none of them showing a value.

use super::fields::{Fields, Rule};
use super::names;
use super::node::{Node, Step};
use crate::error::{PolicyError, Problem, ProblemKind};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;

/// Each problem costs one reading of the tree.
const MAX_PROBLEMS: usize = 32;

/// Why a tree is no policy.
pub(crate) struct Unread {
    pub(crate) error: PolicyError,
    /// What could be read, when the rest is known to be wrong. A rule that could not be read is there, empty.
    pub(crate) fields: Option<Box<Fields>>,
}

/// Reads the fields. What is wrong is struck out of the tree and the rest read again, until nothing is wrong.
pub(crate) fn fields(mut tree: Node) -> Result<Fields, Unread> {
    let (mut problems, mut struck_rules) = (Vec::new(), Vec::new());
    loop {
        let failed = match Fields::deserialize(Reader { node: &tree, path: &Path::Root }) {
            Ok(fields) => return finish(fields, &struck_rules, problems),
            Err(failed) => failed,
        };
        let at = failed.at.unwrap_or_default();
        let path = tree.describe(&at);
        if at.len() == 2 && path.starts_with("rules[") {
            struck_rules.extend(at.last());
        }
        problems.push(Problem { path, ..failed.problem });
        if at.is_empty() || problems.len() == MAX_PROBLEMS || !tree.strike(&at) {
            return Err(Unread { error: PolicyError { problems }, fields: None });
        }
    }
}

/// `struck_rules` are in ascending order, as they were found.
fn finish(mut fields: Fields, struck_rules: &[usize], problems: Vec<Problem>) -> Result<Fields, Unread> {
    let Some(error) = PolicyError::of(problems) else { return Ok(fields) };
    if let Some(rules) = &mut fields.rules {
        for &index in struck_rules {
            rules.insert(index.min(rules.len()), Rule::default());
        }
    }
    Err(Unread { error, fields: Some(Box::new(fields)) })
}

enum Path<'a> {
    Root,
    Step(&'a Path<'a>, Step),
}

impl Path<'_> {
    fn steps(&self) -> Vec<Step> {
        match self {
            Path::Root => Vec::new(),
            Path::Step(parent, step) => {
                let mut steps = parent.steps();
                steps.push(*step);
                steps
            }
        }
    }
}

/// Why a value cannot be read, and where it stands.
#[derive(Debug)]
struct Failed {
    problem: Problem,
    at: Option<Vec<Step>>,
}

impl Failed {
    fn new(kind: ProblemKind, message: String) -> Self {
        Self { problem: Problem::new(kind, "", message), at: None }
    }

    fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.problem = self.problem.suggest(suggestion);
        self
    }

    /// The innermost place wins.
    fn at(mut self, path: &Path<'_>) -> Self {
        self.at.get_or_insert_with(|| path.steps());
        self
    }

    fn mismatch(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let wanted = wanted(&expected);
        let failed = Self::new(ProblemKind::Invalid, format!("expected {wanted}, found {}", kind(found)));
        match found {
            Unexpected::Bool(_) | Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_)
                if wanted == "a string" =>
            {
                failed.suggest("put it in quotes")
            }
            Unexpected::Str(_) if wanted == "a list" => failed.suggest("put it in brackets: [...]"),
            Unexpected::Unit => failed.suggest("leave the field out or give it a value"),
            _ => failed,
        }
    }
}

fn wanted(expected: &str) -> &str {
    match expected {
        "u32" => "a whole number",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        text if text.starts_with("struct") => "an object",
        text => text,
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(value) if u32::try_from(value).is_err() => "a number that is too large",
        Unexpected::Unsigned(_) => "a number",
        Unexpected::Signed(_) => "a negative number",
        Unexpected::Float(_) => "a number with a fraction or exponent",
        Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    /// Serde's own messages can hold the value.
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self::new(ProblemKind::Invalid, "cannot be read".to_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(found, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(ProblemKind::UnknownName, format!("there is no \"{}\" here", names::shown(variant)))
            .suggest(names::suggestion(variant, expected.iter().copied()))
    }
}

struct Reader<'de, 'p> {
    node: &'de Node,
    path: &'p Path<'p>,
}

impl<'de> Reader<'de, '_> {
    fn unexpected(&self) -> Unexpected<'de> {
        match self.node {
            Node::Null | Node::Reported => Unexpected::Unit,
            Node::Boolean(value) => Unexpected::Bool(*value),
            Node::Unsigned(value) => Unexpected::Unsigned(*value),
            Node::Signed(value) => Unexpected::Signed(*value),
            Node::Float(value) => Unexpected::Float(*value),
            Node::Text(text) => Unexpected::Str(text),
            Node::List(_) => Unexpected::Seq,
            Node::Map(_) => Unexpected::Map,
        }
    }

    fn any<V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Failed> {
        match self.node {
            Node::Null | Node::Reported => visitor.visit_unit(),
            Node::Boolean(value) => visitor.visit_bool(*value),
            Node::Unsigned(value) => visitor.visit_u64(*value),
            Node::Signed(value) => visitor.visit_i64(*value),
            Node::Float(value) => visitor.visit_f64(*value),
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(items) => visitor.visit_seq(Items { items, next: 0, path: self.path }),
            Node::Map(_) => Err(de::Error::invalid_type(Unexpected::Map, &visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Failed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.any(visitor).map_err(|failed| failed.at(self.path))
    }

    /// A field that is there has a value: an empty one is a slip of the pen.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match self.node {
            Node::Null => Err(Failed::mismatch(Unexpected::Unit, &"a value").at(self.path)),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let Node::Map(entries) = self.node else {
            return Err(Failed::mismatch(self.unexpected(), &visitor).at(self.path));
        };
        visitor.visit_map(Entries { entries, fields, next: 0, path: self.path })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let Node::Text(text) = self.node else {
            return Err(Failed::mismatch(self.unexpected(), &"a string").at(self.path));
        };
        visitor.visit_enum(StrDeserializer::new(text)).map_err(|failed: Failed| failed.at(self.path))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'de, 'p> {
    items: &'de [Node],
    next: usize,
    path: &'p Path<'p>,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Failed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failed> {
        while let Some(node) = self.items.get(self.next) {
            let path = Path::Step(self.path, self.next);
            self.next += 1;
            if !matches!(node, Node::Reported) {
                return read(node, &path, seed).map(Some);
            }
        }
        Ok(None)
    }
}

struct Entries<'de, 'p> {
    entries: &'de [(String, Node)],
    fields: &'static [&'static str],
    /// The entry after the current one.
    next: usize,
    path: &'p Path<'p>,
}

impl Entries<'_, '_> {
    fn accept(&self, index: usize, name: &str) -> Result<(), Failed> {
        let failed = if !self.fields.contains(&name) {
            unknown_field(name, self.fields)
        } else if self.entries.iter().take(index).any(|(other, _)| other == name) {
            Failed::new(ProblemKind::Invalid, "stands twice".to_owned())
        } else {
            return Ok(());
        };
        Err(failed.at(&Path::Step(self.path, index)))
    }
}

fn unknown_field(name: &str, fields: &[&str]) -> Failed {
    // A field of `hash` that does not exist may be the key itself.
    let message = if fields.contains(&"key_env") {
        "there is no field of this name".to_owned()
    } else {
        format!("there is no field `{}`", names::shown(name))
    };
    let suggestion = names::field_suggestion(name, fields);
    Failed::new(ProblemKind::UnknownField, message).suggest(suggestion)
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failed> {
        while let Some((name, node)) = self.entries.get(self.next) {
            let index = self.next;
            self.next += 1;
            if !matches!(node, Node::Reported) {
                self.accept(index, name)?;
                return seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failed> {
        let index = self.next.saturating_sub(1);
        let node = self.entries.get(index).map_or(&Node::Null, |(_, node)| node);
        read(node, &Path::Step(self.path, index), seed)
    }
}

fn read<'de, S: DeserializeSeed<'de>>(node: &'de Node, path: &Path<'_>, seed: S) -> Result<S::Value, Failed> {
    seed.deserialize(Reader { node, path })
}
