//! The file of a set: which policies there are, and who has which.

use super::{Map, Tighten};
use hyper::header::HeaderName;
use serde::Deserialize;
use spanmask::Format;
use std::collections::{BTreeMap, HashMap};

/// As it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Document {
    /// Format of the document.
    version: Option<u64>,
    /// The policy of everybody who is not named; the strictest.
    default: Option<String>,
    /// Where each stands: a preset, a file, or the policy itself.
    pub(super) policies: BTreeMap<String, serde_json::Value>,
    projects: BTreeMap<String, String>,
    #[serde(alias = "organizations")]
    organisations: BTreeMap<String, String>,
    tighten: Vec<TightenDocument>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TightenDocument {
    header: String,
    value: String,
    policy: String,
}

const DEFAULT: &str = "default";

impl Document {
    /// Whether a text is a set: its fields are not those of a policy.
    pub(super) fn is_set(text: &str, format: Format) -> bool {
        #[derive(Deserialize)]
        struct Marks {
            policies: Option<serde_json::Value>,
        }
        let marks: Option<Marks> = match format {
            Format::Toml => toml::from_str(text).ok(),
            Format::Yaml | Format::Json => serde_saphyr::from_str(text).ok(),
        };
        // What does not parse has a line of its own for it.
        let looks =
            || text.lines().any(|line| line.starts_with("policies:") || line.starts_with("[policies"));
        marks.map_or_else(looks, |marks| marks.policies.is_some())
    }

    pub(super) fn parse(text: &str, format: Format) -> Result<Self, String> {
        let options = serde_saphyr::options! { with_snippet: false };
        let document: Self = match format {
            Format::Toml => toml::from_str(text).map_err(|error| error.message().to_owned())?,
            Format::Yaml | Format::Json => serde_saphyr::from_str_with_options(text, options)
                .map_err(|error| error.without_snippet().to_string())?,
        };
        match document.version {
            None | Some(1) => Ok(document),
            Some(_) => Err("version: this program knows version 1".to_owned()),
        }
    }

    /// Who has which, by index into `names`, or everything that is wrong with it.
    pub(super) fn map(&self, names: &[String]) -> Result<Map<usize>, Vec<String>> {
        let mut problems = Vec::new();
        let mut index = |place: &str, name: &str| {
            let found = names.iter().position(|other| other == name);
            if found.is_none() {
                problems
                    .push(format!("{place}: there is no policy {name:?} (there are {})", names.join(", ")));
            }
            found.unwrap_or_default()
        };
        let map = Map {
            default: match (&self.default, names) {
                (Some(name), _) => index("default", name),
                (None, [_]) => 0,
                (None, _) => index("default", DEFAULT),
            },
            projects: ids("projects", &self.projects, &mut index),
            organisations: ids("organisations", &self.organisations, &mut index),
            tighten: (self.tighten.iter().enumerate())
                .map(|(at, tighten)| {
                    (
                        &tighten.header,
                        &tighten.value,
                        index(&format!("tighten[{at}].policy"), &tighten.policy),
                    )
                })
                .filter_map(|(header, value, policy)| {
                    let header = HeaderName::from_bytes(header.to_ascii_lowercase().as_bytes()).ok()?;
                    Some(Tighten { header, value: value.trim().to_owned(), policy })
                })
                .collect(),
        };
        if map.tighten.len() < self.tighten.len() {
            problems.push("tighten: a header has a name that no header can have".to_owned());
        }
        if map.tighten.iter().any(|tighten| tighten.value.is_empty() || tighten.value.contains(',')) {
            problems.push("tighten: a value is empty or has a comma".to_owned());
        }
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }
}

fn ids(
    place: &str,
    ids: &BTreeMap<String, String>,
    index: &mut impl FnMut(&str, &str) -> usize,
) -> HashMap<String, usize> {
    ids.iter().map(|(id, policy)| (id.clone(), index(&format!("{place}.{id}"), policy))).collect()
}
