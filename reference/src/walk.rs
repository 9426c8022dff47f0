//! From a parsed text to the parts of it that are masked.

use crate::json::{self, Char, Node, Value};
use crate::otlp::{self, Zone};
use crate::policy::{Policy, Rule, Search, Types};
use crate::select::{Step, any_glob, normalized};
use crate::{Finding, find};

/// A part that is masked: raw bytes, and what they are.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The rule whose action it takes.
    pub(crate) rule: usize,
    /// Its first raw byte.
    pub(crate) start: usize,
    /// The raw byte behind it.
    pub(crate) end: usize,
    /// Levels of escapes over it.
    pub(crate) level: usize,
    /// Its characters at that level.
    pub(crate) chars: Vec<Char>,
    /// What it is.
    pub(crate) form: Form,
    /// Where its value stands.
    pub(crate) path: String,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text in a string.
    Text,
    /// A number, or the content of a string that counts as one.
    Number,
    /// A boolean.
    Boolean,
    /// The content of a string of bytes.
    Bytes,
}

impl Part {
    /// As it is reported.
    pub(crate) fn finding(&self) -> Finding {
        let Self { rule, start, end, level, path, .. } = self;
        Finding { rule: *rule, start: *start, end: *end, path: path.clone(), level: *level }
    }
}

/// Everything around a value that decides about it.
#[derive(Clone)]
struct Place<'a> {
    policy: &'a Policy,
    /// The characters of the text that it stands in.
    text: &'a [Char],
    /// Nested texts around it.
    nested: usize,
    /// Containers open around it.
    open: usize,
    /// Names of members and attributes around it.
    names: Vec<String>,
    /// Names of attributes around it.
    attributes: Vec<String>,
    /// Steps from the root of the document.
    steps: Vec<Step>,
    /// How many steps lead to the root of each text around it.
    roots: Vec<usize>,
    /// Kinds of the span around it.
    kinds: Vec<String>,
    zone: Zone,
}

/// The parts of one text.
pub(crate) fn root(policy: &Policy, text: &[Char], value: &Value) -> Vec<Part> {
    let zone = if policy.otlp { "root" } else { "free" };
    let place = Place {
        policy,
        text,
        nested: 0,
        open: 0,
        names: vec![],
        attributes: vec![],
        steps: vec![],
        roots: vec![0],
        kinds: vec![],
        zone,
    };
    place.walk(value)
}

impl Place<'_> {
    /// The parts of a value.
    fn walk(&self, value: &Value) -> Vec<Part> {
        if self.zone == "kept" || any_glob(&self.policy.allow.keys, &self.names) {
            return vec![];
        }
        match &value.node {
            Node::Null => vec![],
            Node::Boolean => self.bare(value, Form::Boolean),
            Node::Number => self.bare(value, Form::Number),
            Node::String(text) => self.string(value, text),
            Node::Array(elements) => {
                let walk = |(index, element)| self.element(index).walk(element);
                elements.iter().enumerate().flat_map(walk).collect()
            }
            Node::Object(members) => {
                let walk = |at: usize| self.member(value, members, at).walk(&members[at].1);
                (0..members.len()).flat_map(walk).collect()
            }
        }
    }

    /// The place of an element.
    fn element(&self, index: usize) -> Self {
        let mut place = self.clone();
        place.open += 1;
        place.steps.push(Step::Index(index));
        place.zone = otlp::element(self.zone);
        place
    }

    /// The place of member `at`.
    fn member(&self, object: &Value, members: &[(String, Value)], at: usize) -> Self {
        let mut place = self.clone();
        let name = &members[at].0;
        let before: Vec<&str> = members[..at].iter().map(|(name, _)| name.as_str()).collect();
        place.open += 1;
        place.steps.push(Step::Name(name.clone()));
        place.names.push(name.clone());
        place.zone = otlp::member(self.zone, name, &before);
        if self.zone == "Span" {
            place.kinds = otlp::span_kinds(object);
        }
        if self.zone == "event" {
            place.kinds = otlp::event_kinds(object);
        }
        if self.zone == "KeyValue" {
            let attributes = otlp::attribute_names(object);
            let kept = attributes.iter().all(|attribute| otlp::is_protected_attribute(attribute));
            if name == "value" && kept && !attributes.is_empty() {
                place.zone = "kept";
            }
            place.names.extend(attributes.clone());
            place.attributes.extend(attributes);
        }
        place
    }

    /// The root of a text in a string of this place.
    fn inside<'t>(&'t self, text: &'t [Char]) -> Place<'t> {
        let mut roots = self.roots.clone();
        roots.push(self.steps.len());
        Place { text, nested: self.nested + 1, roots, zone: "free", ..self.clone() }
    }

    /// Whether the selectors of a rule select the value here.
    fn selects(&self, rule: &Rule) -> bool {
        let path = |path: &crate::select::Path| {
            self.roots
                .iter()
                .any(|root| (*root..=self.steps.len()).any(|end| path.matches(&self.steps[*root..end])))
        };
        let kind = |kind: &String| self.kinds.contains(&otlp::kind(kind));
        (rule.keys.is_empty() || any_glob(&rule.keys, &self.names))
            && (rule.paths.is_empty() || rule.paths.iter().any(path))
            && (rule.attributes.is_empty() || any_glob(&rule.attributes, &self.attributes))
            && (rule.span_kinds.is_empty() || rule.span_kinds.iter().any(kind))
            && !any_glob(&rule.except_keys, &self.names)
            && !rule.except_paths.iter().any(path)
            && !any_glob(&rule.except_attributes, &self.attributes)
    }

    /// The rules that mask the whole value here, of those for a type; none if all of its text is allowed.
    fn whole(&self, chars: &[Char], of_type: fn(&Types) -> bool) -> impl Iterator<Item = usize> {
        let text = json::spell(chars);
        let allowed = find::allowed(&self.policy.allow, &text).contains(&(0, text.len()));
        let rules = self.policy.rules.iter().enumerate();
        rules
            .filter(move |(_, rule)| !allowed && rule.whole && of_type(&rule.types) && self.selects(rule))
            .map(|(n, _)| n)
    }

    /// What the rules find in a text, of those for a type: rule and range of characters.
    fn search(&self, chars: &[Char], of_type: fn(&Types) -> bool) -> Vec<(usize, usize, usize)> {
        let text = json::spell(chars);
        let allowed = find::allowed(&self.policy.allow, &text);
        let is_allowed = |start, end| allowed.iter().any(|(from, to)| *from <= start && end <= *to);
        let applies = |search: &Search| {
            of_type(&search.types)
                && (search.name_globs.is_empty() || any_glob(&search.name_globs, &self.names))
        };
        let place = |offset: usize| text[..offset].chars().count();
        let mut found = Vec::new();
        for (number, rule) in self.policy.rules.iter().enumerate().filter(|(_, rule)| self.selects(rule)) {
            for search in rule.searches.iter().filter(|search| applies(search)) {
                for (start, end) in find::matches(search, &text) {
                    if !is_allowed(start, end) {
                        found.push((number, place(start), place(end)));
                    }
                }
            }
        }
        found
    }

    /// The part of a number or boolean, if it is masked.
    fn bare(&self, value: &Value, form: Form) -> Vec<Part> {
        let of_type: fn(&Types) -> bool = match (form, self.zone) {
            (Form::Number, "bytes" | "octet") => |types| types.string,
            (Form::Number, _) => |types| types.number,
            _ => |types| types.boolean,
        };
        self.all_or_nothing(&self.text[value.start..value.end], form, of_type)
    }

    /// One part for all of these characters, if any rule matches in them or selects them.
    fn all_or_nothing(&self, chars: &[Char], form: Form, of_type: fn(&Types) -> bool) -> Vec<Part> {
        let searched = !matches!(self.zone, "octet" | "bytes" | "half") && form != Form::Bytes;
        let matches = if searched { self.search(chars, of_type) } else { vec![] };
        let rule = self.whole(chars, of_type).chain(matches.iter().map(|found| found.0)).min();
        let (start, end) =
            chars.first().zip(chars.last()).map_or((0, 0), |(first, last)| (first.start, last.end));
        rule.map(|rule| self.part(rule, start, end, chars, form)).into_iter().collect()
    }

    /// A part whose text is in `chars`.
    fn part(&self, rule: usize, start: usize, end: usize, chars: &[Char], form: Form) -> Part {
        let chars = chars.iter().filter(|c| start <= c.start && c.end <= end).copied().collect();
        Part { rule, start, end, level: self.nested + 1, chars, form, path: normalized(&self.steps) }
    }

    /// The parts of a string.
    fn string(&self, value: &Value, text: &[Char]) -> Vec<Part> {
        let (start, end) = (self.text[value.start].end, self.text[value.end - 1].start);
        match self.zone {
            "int" => {
                let mut parts = self.all_or_nothing(text, Form::Number, |types| types.number);
                parts.iter_mut().for_each(|part| (part.start, part.end) = (start, end));
                return parts;
            }
            "bytes" | "octet" => {
                let parts = self.whole(text, |types| types.string).take(1);
                return parts.map(|rule| self.part(rule, start, end, text, Form::Bytes)).collect();
            }
            _ => {}
        }
        let parts = self.nested(text).unwrap_or_else(|| self.flat(text));
        match self.whole(text, |types| types.string).min() {
            None => parts,
            Some(whole) => {
                let rule = parts.iter().map(|part| part.rule).chain([whole]).min().unwrap_or(whole);
                vec![self.part(rule, start, end, text, Form::Text)]
            }
        }
    }

    /// The parts of a string that holds a JSON text; `None` if it does not.
    fn nested(&self, text: &[Char]) -> Option<Vec<Part>> {
        if !looks_nested(text) || self.nested == self.policy.nesting {
            return None;
        }
        let value = json::parse_one(text, self.open, self.policy.depth).ok()?;
        Some(self.inside(text).walk(&value))
    }

    /// The parts of a string that is searched as it is.
    fn flat(&self, text: &[Char]) -> Vec<Part> {
        let mut readings = vec![text.to_vec()];
        if looks_nested(text) {
            readings.push(json::unescape(text));
        }
        let mut found = Vec::new();
        for reading in &readings {
            for (rule, from, to) in self.search(reading, |types| types.string) {
                found.push((reading[from].start, reading[to - 1].end, rule));
            }
        }
        merge(found)
            .into_iter()
            .map(|(start, end, rule)| self.part(rule, start, end, text, Form::Text))
            .collect()
    }
}

/// Whether a text begins as nested JSON does.
fn looks_nested(text: &[Char]) -> bool {
    let first = text.iter().find(|c| !json::is_space(c.char));
    first.is_some_and(|c| matches!(c.char, '{' | '[' | '"'))
}

/// Unites ranges that overlap; those that only touch stay apart.
fn merge(mut found: Vec<(usize, usize, usize)>) -> Vec<(usize, usize, usize)> {
    found.sort_unstable();
    let mut merged: Vec<(usize, usize, usize)> = Vec::new();
    for (start, end, rule) in found {
        match merged.last_mut() {
            Some(last) if start < last.1 => {
                last.1 = last.1.max(end);
                last.2 = last.2.min(rule);
            }
            _ => merged.push((start, end, rule)),
        }
    }
    merged
}
