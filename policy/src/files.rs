//! Policies by name, as commands and services take them: a preset, a file, or an image; with keys from the environment and
//! literals from files next to the policy. A library that is given its policies needs none of this.

use crate::{Document, Externals, Format, Policy, PolicyError, is_image, presets};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What the name of a preset begins with.
pub const PRESET: &str = "preset:";

/// Why there is no policy of this name: one line a problem, each with the name in front; never a key.
#[derive(Debug, Clone)]
pub struct LoadError(String);

impl LoadError {
    fn new(name: &str, problem: impl fmt::Display) -> Self {
        Self(format!("{name}: {problem}"))
    }

    fn of(name: &str, error: &PolicyError) -> Self {
        let lines: Vec<_> = error.problems().iter().map(|problem| format!("{name}: {problem}")).collect();
        Self(lines.join("\n"))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

/// Compiles the policy `preset:NAME`, or that of the file `name`: YAML, JSON or TOML by its extension, or an image.
///
/// # Errors
/// When it cannot be read, all that is wrong with it, and when it asks detectors of a host.
///
/// # Example
/// ```
/// let policy = spanmask::files::load("preset:default")?;
/// assert!(policy.rules().any(|rule| rule == "EMAIL"));
/// # Ok::<(), spanmask::files::LoadError>(())
/// ```
pub fn load(name: &str) -> Result<Policy, LoadError> {
    Source::read(name)?.compile()
}

/// What stands under the name of a policy.
pub enum Source {
    /// A document.
    Text(Text),
    /// A compiled policy.
    Image(Image),
}

/// The text of a policy, and where it stands.
pub struct Text {
    name: String,
    text: String,
    format: Format,
    directory: PathBuf,
}

/// The bytes of a compiled policy. They may hold keys.
pub struct Image {
    name: String,
    bytes: Zeroizing<Vec<u8>>,
}

impl Source {
    /// Reads the preset or file.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(name: &str) -> Result<Self, LoadError> {
        if let Some(preset) = name.strip_prefix(PRESET) {
            return Text::preset(name, preset).map(Self::Text);
        }
        let bytes = fs::read(name).map(Zeroizing::new).map_err(|error| {
            let hint = match presets::names().contains(&name) {
                true => format!("; {PRESET}{name} is a preset"),
                false => String::new(),
            };
            LoadError::new(name, format_args!("cannot read the policy: {}{hint}", why(&error)))
        })?;
        if is_image(&bytes) {
            return Ok(Self::Image(Image { name: name.to_owned(), bytes }));
        }
        Text::file(name, &bytes).map(Self::Text)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.text.as_bytes(),
            Self::Image(image) => &image.bytes,
        }
    }

    /// Compiles, or loads.
    ///
    /// # Errors
    /// As [`load`].
    pub fn compile(&self) -> Result<Policy, LoadError> {
        match self {
            Self::Text(text) => text.compile(),
            Self::Image(image) => {
                Policy::load(&image.bytes).map_err(|error| LoadError::new(&image.name, error))
            }
        }
    }
}

impl Text {
    /// A text that is there already; the files that it names are looked for in `directory`, and `name` is what it is called in
    /// messages.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        text: impl Into<String>,
        format: Format,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self { name: name.into(), text: text.into(), format, directory: directory.into() }
    }

    fn preset(name: &str, preset: &str) -> Result<Self, LoadError> {
        let Some(text) = presets::text(preset) else {
            let known: Vec<_> = presets::names().iter().map(|known| format!("{PRESET}{known}")).collect();
            let problem = format!("there is no such preset (there are {})", known.join(", "));
            return Err(LoadError::new(name, problem));
        };
        Ok(Self::new(name, text, Format::Yaml, ""))
    }

    fn file(name: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        let path = Path::new(name);
        let text = str::from_utf8(bytes).map_err(|error| {
            LoadError::new(name, format_args!("the policy is not UTF-8 (byte {})", error.valid_up_to()))
        })?;
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self::new(name, text, Format::of_path(path), directory))
    }

    /// As it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Parses the document.
    ///
    /// # Errors
    /// All problems that parsing shows.
    pub fn parse(&self) -> Result<Document, LoadError> {
        Document::parse(&self.text, self.format).map_err(|error| LoadError::of(&self.name, &error))
    }

    /// Compiles the document.
    ///
    /// # Errors
    /// As [`load`].
    pub fn compile(&self) -> Result<Policy, LoadError> {
        let externals = Surroundings { directory: self.directory.clone() };
        let policy =
            Policy::compile(&self.parse()?, &externals).map_err(|error| LoadError::of(&self.name, &error))?;
        if let Some(detector) = policy.host_detectors().next() {
            let problem = format!(
                "the detector host:{detector} is one that a program brings, and there is none of this name here"
            );
            return Err(LoadError::new(&self.name, problem));
        }
        Ok(policy)
    }

    /// The files of literals that the document names; none when it does not parse.
    #[must_use]
    pub fn literals(&self) -> Vec<PathBuf> {
        let document = Document::parse(&self.text, self.format).ok();
        let names = document.iter().flat_map(Document::external_literals);
        names.map(|name| self.directory.join(name)).collect()
    }
}

/// Keys from environment variables, literals from files.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Where files of literals are looked for when their names are not absolute.
    pub directory: PathBuf,
}

/// A variable, for people. By mistake a key may stand where its name should, so only what looks like a name is shown.
fn variable(name: &str) -> String {
    let is_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_name { format!("the environment variable {name}") } else { "the environment variable".to_owned() }
}

impl Externals for Surroundings {
    fn key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let key = std::env::var_os(name).ok_or_else(|| format!("{} is not set", variable(name)))?;
        let key = Zeroizing::new(key.into_encoded_bytes());
        if key.is_empty() {
            return Err(format!("{} is empty", variable(name)));
        }
        Ok(key)
    }

    fn literals(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.directory.join(name);
        fs::read(&path).map_err(|error| format!("cannot read {}: {}", path.display(), why(&error)))
    }
}

/// Why a file could not be read, for people: in words of our own for what happens often, the rest as the system says it.
#[must_use]
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory (check the name)".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory (name the files in it)".to_owned(),
        io::ErrorKind::StorageFull => "no space left on the device".to_owned(),
        _ => error.to_string(),
    }
}
