//! From a checked document to the tables that the core masks with.

use crate::automata::{self, AutomatonError, Flat};
use crate::detectors::Detector;
use crate::document::Document;
use crate::document::checked::{self, Checked, KeySource, LiteralSource, Matcher};
use crate::error::{PolicyError, Problem, ProblemKind};
use crate::escape;
use crate::externals::Externals;
use crate::factors::{self, Shown, Wanted};
use crate::host::Silent;
use crate::literals::{self, LiteralsError};
use crate::policy::Compiled;
use crate::selectors::Builder;
use spanmask_core::factor::Factors;
use spanmask_core::mask::{Framing, Masker};
use spanmask_core::matcher::Matcher as Finds;
use spanmask_core::matcher::host::Asked;
use spanmask_core::policy::{Action, Fences, HashKey, Policy, Rule, Search};
use spanmask_core::prefilter::{Need, Needs};
use spanmask_core::span::Types;
use spanmask_core::table::{One, Pad, Part, PoolBuilder};
use spanmask_core::validate::Validator;

/// What Langfuse's SDKs write in the place of media; never touched under `profile: otlp`.
const MEDIA_TOKEN: &str =
    r"@@@langfuseMedia:type=[A-Za-z0-9.+/_-]+\|id=[A-Za-z0-9_-]+\|source=[A-Za-z0-9_]+@@@";

pub(crate) fn compile(document: &Document, externals: &dyn Externals) -> Result<Compiled, PolicyError> {
    let checked = document.check()?;
    let mut compiler = Compiler::new(externals);
    let mut problems = Vec::new();
    for (index, rule) in checked.rules.iter().enumerate() {
        if let Err(problem) = compiler.rule(index as u16, rule) {
            problems.push(problem);
        }
    }
    if let Err(problem) = compiler.allow(&checked) {
        problems.push(problem);
    }
    if let Some(error) = PolicyError::of(problems) {
        return Err(error);
    }
    let warnings = std::mem::take(&mut compiler.warnings);
    let core = compiler.finish(&checked, document.default_replacement())?;
    Ok(Compiled { warnings: warnings.into_iter().chain(self_matches(&core, &checked)).collect(), core })
}

struct Compiler<'a> {
    externals: &'a dyn Externals,
    pools: PoolBuilder,
    selectors: Builder,
    rules: Vec<Rule>,
    searches: Vec<Search>,
    allow: Vec<Search>,
    exempt: Vec<u32>,
    keys: Vec<HashKey>,
    needs: Vec<Need>,
    /// One a search.
    shown: Vec<Option<Shown>>,
    /// One a search: what matches where it is put, if its own automaton does not.
    anchored: Vec<Option<Flat>>,
    warnings: Vec<String>,
}

/// What a search does with what it finds.
struct Role {
    rule: u16,
    validator: Validator,
    types: Types,
    condition: u32,
}

/// How literals match, and where they stand in the document.
struct LiteralSet<'a> {
    ignore_case: bool,
    whole_word: bool,
    bare: bool,
    at: &'a str,
}

impl LiteralSet<'_> {
    fn build<'a>(
        &self,
        literals: impl Iterator<Item = &'a str>,
        pools: &mut PoolBuilder,
    ) -> Result<literals::Built, LiteralsError> {
        literals::build(literals, self.ignore_case, self.whole_word, pools)
    }

    fn shown<'a>(&self, literals: impl Iterator<Item = &'a str>) -> Option<Shown> {
        factors::of_literals(literals, self.ignore_case, self.whole_word, self.bare)
    }
}

impl<'a> Compiler<'a> {
    fn new(externals: &'a dyn Externals) -> Self {
        Self {
            externals,
            pools: PoolBuilder::default(),
            selectors: Builder::default(),
            rules: Vec::new(),
            searches: Vec::new(),
            allow: Vec::new(),
            exempt: Vec::new(),
            keys: Vec::new(),
            needs: Vec::new(),
            shown: Vec::new(),
            anchored: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn rule(&mut self, index: u16, rule: &checked::Rule) -> Result<(), Problem> {
        let types = rule.types.unwrap_or(Types::STRING.union(Types::NUMBER));
        let role = Role { rule: index, validator: Validator::None, types, condition: Search::ANYWHERE };
        match &rule.matcher {
            Matcher::Whole => {}
            Matcher::Detect(detector) => self.detector(index, rule, detector)?,
            Matcher::Host { name, max_bytes, refuse } => {
                let name = self.pools.u8s(name.as_bytes());
                let asked = Asked { name, limit: *max_bytes, refuse: *refuse, pad: Pad::ZERO };
                // Nothing is known of what it finds: it is asked about every value.
                self.search(
                    Found {
                        matcher: Finds::Host(asked),
                        need: Need::NOTHING,
                        fences: Fences::None,
                        anchored: None,
                    },
                    None,
                    role,
                );
            }
            Matcher::Patterns { patterns, listed, ignore_case, validator } => {
                let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
                let found = self
                    .patterns(&patterns, *ignore_case)
                    .map_err(|error| pattern_problem(&error, *listed, &rule.at))?;
                let shown = shown_pattern(&patterns, *ignore_case, types);
                self.search(found, shown, Role { validator: *validator, ..role });
            }
            Matcher::Literals { source, ignore_case, whole_word } => {
                let set = LiteralSet {
                    ignore_case: *ignore_case,
                    whole_word: *whole_word,
                    bare: is_bare(types),
                    at: &rule.at,
                };
                let (found, shown) = self.literals(source, &set)?;
                self.search(found, shown, role);
            }
        }
        let record = Rule {
            id: self.pools.u8s(rule.id.as_bytes()),
            types,
            whole: matches!(rule.matcher, Matcher::Whole),
            selected_by: self.selected_by(rule)?,
            excepted_by: self.excepted_by(rule)?,
            span_kinds: rule.span_kinds,
            pad: Pad::ZERO,
            action: self.action(rule)?,
        };
        self.rules.push(record);
        Ok(())
    }

    fn detector(&mut self, index: u16, rule: &checked::Rule, detector: &Detector) -> Result<(), Problem> {
        for search in detector.searches {
            let types = rule.types.map_or(search.types, |wanted| search.types.intersection(wanted));
            if types == Types::empty() {
                continue;
            }
            let names: Vec<String> = search.names.iter().map(|name| (*name).to_owned()).collect();
            let condition = if names.is_empty() { Search::ANYWHERE } else { self.selectors.keys(&names) };
            let found = self
                .patterns(&[search.pattern], false)
                .map_err(|error| pattern_problem(&error, false, &rule.at))?;
            let shown = shown_pattern(&[search.pattern], false, types);
            self.search(found, shown, Role { rule: index, validator: search.validator, types, condition });
        }
        Ok(())
    }

    fn patterns(&mut self, patterns: &[&str], ignore_case: bool) -> Result<Found, AutomatonError> {
        let built = automata::build(patterns, ignore_case, automata::Limits::default(), &mut self.pools)?;
        Ok(found_pattern(built))
    }

    fn literals(
        &mut self,
        source: &LiteralSource,
        set: &LiteralSet<'_>,
    ) -> Result<(Found, Option<Shown>), Problem> {
        let at = set.at;
        match source {
            LiteralSource::Inline(list) => {
                let built = set.build(list.iter().map(String::as_str), &mut self.pools);
                let built = built.map_err(|error| {
                    let place = error.index().map_or(String::new(), |index| format!("[{index}]"));
                    literals_problem(&error, format!("{at}.literals{place}"))
                })?;
                if let Some((later, earlier)) = built.duplicate {
                    self.warnings
                        .push(format!("{at}.literals[{later}]: says the same as literals[{earlier}]"));
                }
                Ok((found_literals(&built), set.shown(list.iter().map(String::as_str))))
            }
            LiteralSource::File(name) => self.literals_file(name, set),
        }
    }

    fn literals_file(&mut self, name: &str, set: &LiteralSet<'_>) -> Result<(Found, Option<Shown>), Problem> {
        let place = format!("{}.literals_file", set.at);
        let external =
            |why: String| Problem::new(ProblemKind::External, place.clone(), format!("{name}: {why}"));
        let file = self.externals.literals(name).map_err(external)?;
        let lines = literals::file::parse(&file).map_err(|error| external(error.to_string()))?;
        let shown = set.shown(lines.iter().copied());
        let built = set.build(lines.into_iter(), &mut self.pools).map_err(|error| {
            let line = error.index().and_then(|index| literals::file::line_of(&file, index));
            literals_problem(&error, place.clone())
                .suggest(line.map_or_else(|| name.to_owned(), |line| format!("{name}, line {line}")))
        })?;
        Ok((found_literals(&built), shown))
    }

    fn search(&mut self, mut found: Found, shown: Option<Shown>, role: Role) {
        self.shown.push(shown);
        self.anchored.push(found.anchored.take());
        let search = self.make(&found, role);
        self.searches.push(search);
    }

    fn make(
        &mut self,
        &Found { matcher, need, fences, .. }: &Found,
        Role { rule, validator, types, condition }: Role,
    ) -> Search {
        let known = self.needs.iter().position(|known| *known == need);
        let index = known.unwrap_or_else(|| {
            self.needs.push(need);
            self.needs.len() - 1
        });
        // Needs beyond the first 62 count as met: 255 is such an index.
        let need_index = u8::try_from(index).unwrap_or(u8::MAX);
        Search {
            rule,
            validator,
            types,
            condition,
            need,
            need_index,
            fences,
            factors: Factors::default(),
            matcher,
        }
    }

    /// What must hold: one condition for each list.
    fn selected_by(&mut self, rule: &checked::Rule) -> Result<Part, Problem> {
        let checked::Selectors { keys, paths, attributes, .. } = &rule.selectors;
        let conditions = self.conditions(keys, attributes, paths, &format!("{}.paths", rule.at))?;
        Ok(self.pools.u32s(&conditions))
    }

    fn excepted_by(&mut self, rule: &checked::Rule) -> Result<Part, Problem> {
        let checked::Selectors { except_keys, except_paths, except_attributes, .. } = &rule.selectors;
        let at = format!("{}.except_paths", rule.at);
        let conditions = self.conditions(except_keys, except_attributes, except_paths, &at)?;
        Ok(self.pools.u32s(&conditions))
    }

    fn conditions(
        &mut self,
        keys: &[String],
        attributes: &[String],
        paths: &[String],
        at: &str,
    ) -> Result<Vec<u32>, Problem> {
        let mut conditions = Vec::new();
        if !keys.is_empty() {
            conditions.push(self.selectors.keys(keys));
        }
        if !attributes.is_empty() {
            conditions.push(self.selectors.attributes(attributes));
        }
        if !paths.is_empty() {
            conditions.push(self.selectors.paths(paths, at)?);
        }
        Ok(conditions)
    }

    fn action(&mut self, rule: &checked::Rule) -> Result<Action, Problem> {
        Ok(match &rule.action {
            checked::Action::Replace(token) => {
                Action::Replace(escape::levels(token, &mut self.pools), Pad::ZERO)
            }
            checked::Action::Mask { with, keep_first, keep_last } => Action::Mask {
                with: escape::levels(with.encode_utf8(&mut [0; 4]), &mut self.pools),
                keep_first: *keep_first,
                keep_last: *keep_last,
            },
            checked::Action::Hash { key, length } => {
                let key = match key {
                    KeySource::Inline(key) => HashKey::new(key),
                    KeySource::Env(name) => self.external_key(name, &rule.at)?,
                };
                self.keys.push(key);
                Action::Hash { key: (self.keys.len() - 1) as u32, length: *length, pad: Pad::ZERO }
            }
            checked::Action::Remove => Action::Remove(Pad::ZERO),
        })
    }

    fn external_key(&self, name: &str, at: &str) -> Result<HashKey, Problem> {
        let problem =
            |why| Problem::new(ProblemKind::External, format!("{at}.hash.key_env"), format!("{name}: {why}"));
        let key = self.externals.key(name).map_err(problem)?;
        if key.is_empty() { Err(problem("the key is empty".to_owned())) } else { Ok(HashKey::new(&key)) }
    }

    fn allow(&mut self, checked: &Checked) -> Result<(), Problem> {
        let allow = &checked.allow;
        let mut found = Vec::new();
        if !allow.literals.is_empty() {
            let mut longest_first: Vec<&str> = allow.literals.iter().map(String::as_str).collect();
            longest_first.sort_by_key(|literal| std::cmp::Reverse(literal.chars().count()));
            let built = literals::build(longest_first, false, false, &mut self.pools)
                .map_err(|error| literals_problem(&error, "allow.literals".to_owned()))?;
            found.push(found_literals(&built));
        }
        for (i, pattern) in allow.patterns.iter().enumerate() {
            let place = format!("allow.patterns[{i}]");
            let built = automata::build(&[pattern], false, automata::Limits::default(), &mut self.pools)
                .map_err(|error| automaton_problem(&error, place))?;
            found.push(found_pattern(built));
        }
        if checked.otlp {
            let built = self.patterns(&[MEDIA_TOKEN], false);
            found.push(built.map_err(|error| automaton_problem(&error, "profile".to_owned()))?);
        }
        for one in found {
            let types = Types::STRING.union(Types::NUMBER);
            let role = Role { rule: 0, validator: Validator::None, types, condition: Search::ANYWHERE };
            let search = self.make(&one, role);
            self.allow.push(search);
        }
        self.exempt = self.conditions(&allow.keys, &allow.attributes, &allow.paths, "allow.paths")?;
        Ok(())
    }

    /// What all searches look at, then what the rules of whole values do.
    fn wanted(&mut self, checked: &Checked) -> Vec<Wanted> {
        let lists = |rule: &checked::Rule| {
            let lists = [&rule.selectors.keys, &rule.selectors.attributes];
            lists.into_iter().filter(|list| !list.is_empty()).cloned().collect::<Vec<_>>()
        };
        let mut wanted = Vec::new();
        for (search, shown) in self.searches.iter().zip(std::mem::take(&mut self.shown)) {
            let own = self.selectors.globs(search.condition);
            let of_rule = checked.rules.get(usize::from(search.rule)).map(lists).unwrap_or_default();
            let lists = own.map(<[String]>::to_vec).into_iter().chain(of_rule).collect();
            let bare = is_bare(search.types);
            wanted.push(Wanted { shown, bare, lists, under_name: own.is_some() });
        }
        let whole = checked.rules.iter().filter(|rule| matches!(rule.matcher, Matcher::Whole));
        wanted.extend(whole.map(|rule| Wanted { lists: lists(rule), ..Wanted::default() }));
        wanted
    }

    fn finish(mut self, checked: &Checked, unread: &str) -> Result<Policy<'static>, Problem> {
        let span_kinds = checked.rules.iter().any(|rule| rule.span_kinds != 0);
        let wanted = self.wanted(checked);
        let selectors = self.selectors.finish(checked.otlp, span_kinds, &mut self.pools)?;
        let exempt = self.pools.u32s(&self.exempt);
        let unread = escape::levels(unread, &mut self.pools);
        let (factors, mut stops, owners) = factors::stops(&wanted);
        self.searches.iter_mut().zip(factors).for_each(|(search, factors)| search.factors = factors);
        let ahead;
        (stops.confirm, ahead) =
            factors::confirm(&self.searches, &self.anchored, &stops.lanes, &owners, &mut self.pools);
        Ok(Policy {
            pools: self.pools.finish(),
            rules: self.rules.into(),
            searches: self.searches.into(),
            allow: self.allow.into(),
            keys: self.keys.into(),
            selectors,
            exempt,
            unread,
            masks_oversize: checked.masks_oversize,
            needs: One::owned(Needs::new(&self.needs)),
            stops: One::owned(stops),
            ahead: ahead.into(),
            limits: checked.limits,
        })
    }
}

/// What finds, and what is known of it.
struct Found {
    matcher: Finds,
    need: Need,
    fences: Fences,
    anchored: Option<Flat>,
}

fn found_pattern(built: automata::Built) -> Found {
    Found {
        matcher: Finds::Pattern(built.dfa),
        need: built.need,
        fences: built.fences,
        anchored: built.anchored,
    }
}

fn found_literals(built: &literals::Built) -> Found {
    Found { matcher: Finds::Literals(built.literals), need: built.need, fences: Fences::None, anchored: None }
}

/// Whether values without quotes are looked at.
fn is_bare(types: Types) -> bool {
    types.contains(Types::NUMBER) || types.contains(Types::BOOLEAN)
}

fn shown_pattern(patterns: &[&str], ignore_case: bool, types: Types) -> Option<Shown> {
    factors::of_pattern(&automata::parse(patterns, ignore_case).ok()?, is_bare(types))
}

fn pattern_problem(error: &AutomatonError, listed: bool, at: &str) -> Problem {
    let place = match error {
        AutomatonError::Syntax { index, .. } if listed => format!("{at}.patterns[{index}]"),
        _ if listed => format!("{at}.patterns"),
        _ => format!("{at}.pattern"),
    };
    automaton_problem(error, place)
}

fn automaton_problem(error: &AutomatonError, place: String) -> Problem {
    match error {
        AutomatonError::TooLarge { .. } => Problem::new(ProblemKind::TooLarge, place, error.to_string())
            .suggest("use smaller repetitions, or several rules"),
        _ => Problem::new(ProblemKind::Syntax, place, error.to_string()),
    }
}

fn literals_problem(error: &LiteralsError, place: String) -> Problem {
    let kind = if error.limit().is_some() { ProblemKind::TooLarge } else { ProblemKind::Invalid };
    Problem::new(kind, place, error.to_string())
}

/// A warning for each rule that would match a replacement, were it searched again.
fn self_matches(policy: &Policy<'_>, checked: &Checked) -> Vec<String> {
    let mut masker = Masker::new(policy);
    masker.own_host(Box::new(Silent));
    let mut warnings = Vec::new();
    for rule in &checked.rules {
        let checked::Action::Replace(token) = &rule.action else { continue };
        let text = format!("\"{}\"", escape::escaped(token));
        let mut matched = Vec::new();
        let whole = |rule: u16| {
            checked.rules.get(usize::from(rule)).is_none_or(|rule| matches!(rule.matcher, Matcher::Whole))
        };
        let scanned = masker.scan(policy, text.as_bytes(), Framing::One, &mut |finding| {
            if !whole(finding.rule) && !matched.contains(&finding.rule) {
                matched.push(finding.rule);
            }
        });
        debug_assert!(scanned.is_ok(), "an escaped token is a JSON string");
        for by in matched {
            let by = policy.rule_id(by);
            warnings.push(format!("{}: rule {by} matches the replacement of rule {}", rule.at, rule.id));
        }
    }
    warnings
}
