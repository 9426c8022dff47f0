//! Reads a set of policies and checks it as a whole.

use super::Map;
use super::document::Document;
use super::files::Stamps;
use sha2::{Digest, Sha256};
use spanmask::files::{PRESET, Source, Text, why};
use spanmask::{Format, Policy};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A policy that was read and compiled.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    pub(super) digest: [u8; 32],
}

/// A set that was read, and nothing is wrong with it.
pub(crate) struct FoundSet {
    pub(crate) policies: Vec<Found>,
    pub(super) map: Map<usize>,
    /// Twelve digits that differ when anything in it does.
    pub(crate) version: String,
    /// What is allowed but probably not meant.
    pub(crate) warnings: Vec<String>,
}

impl FoundSet {
    /// How many projects and organisations have a policy named for them.
    pub(crate) fn tenants(&self) -> usize {
        self.map.projects.len() + self.map.organisations.len()
    }

    /// Policies that a body may have to go through.
    pub(crate) fn deepest(&self) -> usize {
        1 + self.map.tighten.iter().map(|tighten| tighten.policy).collect::<HashSet<_>>().len()
    }

    pub(crate) fn default_name(&self) -> &str {
        &self.policies[self.map.default].name
    }
}

/// Reads what stands at `place`; notes each file that it reads, also when it fails.
///
/// # Errors
/// Everything that is wrong, one line a problem.
pub(crate) fn find(place: &str, stamps: &mut Stamps) -> Result<FoundSet, String> {
    stamps.note(place);
    let mut gathered = Gathered::default();
    if place.starts_with(PRESET) {
        gathered.one(place);
    } else if Path::new(place).is_dir() {
        gathered.folder(Path::new(place), stamps)?;
    } else {
        gathered.file(place)?;
    }
    gathered.compile(stamps)
}

/// Where the policies of a set stand, and the text that says who has which.
#[derive(Default)]
struct Gathered {
    sources: BTreeMap<String, Where>,
    map: Document,
    map_name: String,
    map_text: String,
}

enum Where {
    /// A preset or a file.
    Name(String),
    /// In the text of the set.
    Here(Text),
}

impl Gathered {
    /// A policy for everybody.
    fn one(&mut self, place: &str) {
        let stem = Path::new(place).file_stem().map_or_else(|| place.into(), |stem| stem.to_string_lossy());
        let name = stem.strip_prefix(PRESET).unwrap_or(&stem).to_owned();
        self.sources.insert(name, Where::Name(place.to_owned()));
    }

    fn file(&mut self, place: &str) -> Result<(), String> {
        let format = Format::of_path(Path::new(place));
        match fs::read(place).map(String::from_utf8) {
            Ok(Ok(text)) if Document::is_set(&text, format) => self.set(place, text, format),
            // What is wrong with a policy, reading it tells.
            _ => {
                self.one(place);
                Ok(())
            }
        }
    }

    fn set(&mut self, place: &str, text: String, format: Format) -> Result<(), String> {
        self.map = Document::parse(&text, format).map_err(|problem| format!("{place}: {problem}"))?;
        let directory = Path::new(place).parent().unwrap_or(Path::new("")).to_owned();
        for (name, value) in &self.map.policies {
            let source = match value {
                serde_json::Value::String(at) if at.starts_with(PRESET) => Where::Name(at.clone()),
                serde_json::Value::String(at) => Where::Name(directory.join(at).display().to_string()),
                serde_json::Value::Object(_) => {
                    let called = format!("{place}: policies.{name}");
                    Where::Here(Text::new(called, value.to_string(), Format::Json, &directory))
                }
                _ => return Err(format!("{place}: policies.{name}: it is a preset, a file, or a policy")),
            };
            if self.sources.insert(name.clone(), source).is_some() {
                return Err(format!("{place}: policies.{name}: a file of the folder has this name, too"));
            }
        }
        (self.map_name, self.map_text) = (place.to_owned(), text);
        Ok(())
    }

    /// Each file is a policy; the one called `set` says who has which.
    fn folder(&mut self, folder: &Path, stamps: &mut Stamps) -> Result<(), String> {
        let cannot =
            |error: std::io::Error| format!("{}: cannot read the folder: {}", folder.display(), why(&error));
        let mut set = None;
        for entry in fs::read_dir(folder).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            let Some(stem) = policy_name(&path) else { continue };
            stamps.note(&path);
            let twice = match stem.as_str() {
                "set" => set.replace(path.clone()).is_some(),
                _ => self.sources.insert(stem, Where::Name(path.display().to_string())).is_some(),
            };
            if twice {
                return Err(format!(
                    "{}: another file of the folder has the same name, with another ending",
                    path.display()
                ));
            }
        }
        if let Some(path) = set {
            let place = path.display().to_string();
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{place}: cannot read it: {}", why(&error)))?;
            self.set(&place, text, Format::of_path(&path))?;
        }
        match self.sources.is_empty() {
            false => Ok(()),
            true => Err(format!(
                "{}: there is no policy in the folder (*.yaml, *.json, *.toml, *.image)",
                folder.display()
            )),
        }
    }

    fn compile(self, stamps: &mut Stamps) -> Result<FoundSet, String> {
        let mut problems = Vec::new();
        let mut policies = Vec::new();
        let mut warnings = Vec::new();
        let names: Vec<_> = self.sources.keys().cloned().collect();
        for (name, place) in &self.sources {
            match place.read(stamps) {
                Ok((policy, digest)) => {
                    warnings.extend(policy.warnings().iter().map(|warning| format!("{name}: {warning}")));
                    policies.push(Found { name: name.clone(), policy, digest });
                }
                Err(problem) => problems.push(problem),
            }
        }
        let map = self.map.map(&names).map_err(|wrong| {
            problems.extend(wrong.iter().map(|wrong| match self.map_name.as_str() {
                "" => wrong.clone(),
                name => format!("{name}: {wrong}"),
            }));
        });
        let (Ok(map), []) = (map, &problems[..]) else { return Err(problems.join("\n")) };
        warnings.extend(looser_default(&policies, &map));
        let version = version(&policies, &self.map_text);
        Ok(FoundSet { policies, map, version, warnings })
    }
}

/// What a file is called as a policy: `None` for what is no policy, word lists and hidden files for instance.
fn policy_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let is_policy = ["yaml", "yml", "json", "toml", "image"].contains(&extension.as_str());
    (is_policy && !stem.starts_with('.') && path.is_file()).then(|| stem.to_owned())
}

impl Where {
    /// Compiles it, and tells a digest of all that it was compiled of.
    fn read(&self, stamps: &mut Stamps) -> Result<(Policy, [u8; 32]), String> {
        let read;
        let (text, bytes, policy) = match self {
            Self::Here(text) => (Some(text), text.text().as_bytes(), text.compile()),
            Self::Name(name) => {
                stamps.note(PathBuf::from(name));
                read = Source::read(name).map_err(|error| error.to_string())?;
                let text = if let Source::Text(text) = &read { Some(text) } else { None };
                (text, read.bytes(), read.compile())
            }
        };
        let mut digest = Sha256::new_with_prefix(bytes);
        for literals in text.map(Text::literals).unwrap_or_default() {
            stamps.note(&literals);
            digest.update(fs::read(&literals).unwrap_or_default());
        }
        Ok((policy.map_err(|error| error.to_string())?, digest.finalize().into()))
    }
}

/// Whoever is not named has the default, so it must be the strictest. A rule that only others have is a sign that it is not.
fn looser_default(policies: &[Found], map: &Map<usize>) -> Vec<String> {
    let default = &policies[map.default];
    let rules: HashSet<_> = default.policy.rules().collect();
    let others = policies.iter().filter(|found| found.name != default.name);
    let lacking = others.filter_map(|found| {
        let rule = found.policy.rules().find(|rule| !rules.contains(rule))?;
        Some(format!(
            "{}: it has the rule {rule}, which the default policy {} has not; the default should be the strictest",
            found.name, default.name
        ))
    });
    lacking.collect()
}

fn version(policies: &[Found], map: &str) -> String {
    let mut digest = Sha256::new();
    for found in policies {
        digest.update(found.digest);
        digest.update(found.name.as_bytes());
        digest.update([0]);
    }
    digest.update(map);
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
