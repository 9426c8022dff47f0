//! The compiled policy that users hold.

use crate::compile;
use crate::document::{Document, Format};
use crate::error::PolicyError;
use crate::externals::{Externals, NoExternals};
use crate::host::Detectors;
use crate::masker::Masker;
use crate::stream::{Stream, StreamOptions};
use std::fmt;
use std::sync::Arc;

/// A compiled policy: immutable, cheap to clone, shared between threads without locks.
#[derive(Clone)]
pub struct Policy(pub(crate) Arc<Compiled>);

pub(crate) struct Compiled {
    pub(crate) core: spanmask_core::policy::Policy<'static>,
    pub(crate) warnings: Vec<String>,
}

impl Policy {
    /// Compiles a policy written in YAML.
    ///
    /// # Errors
    /// All that is wrong with it, with places and suggestions.
    pub fn from_yaml(text: &str) -> Result<Self, PolicyError> {
        Self::from_text(text, Format::Yaml)
    }

    /// Compiles a policy written in JSON.
    ///
    /// # Errors
    /// As [`Self::from_yaml`].
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        Self::from_text(text, Format::Json)
    }

    /// Compiles a policy written in TOML.
    ///
    /// # Errors
    /// As [`Self::from_yaml`].
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        Self::from_text(text, Format::Toml)
    }

    fn from_text(text: &str, format: Format) -> Result<Self, PolicyError> {
        Self::compile(&Document::parse(text, format)?, &NoExternals)
    }

    /// Compiles a policy that the crate brings along: `default` or `langfuse-docs`.
    ///
    /// # Errors
    /// When there is no preset of this name.
    pub fn preset(name: &str) -> Result<Self, PolicyError> {
        Self::compile(&crate::presets::document(name)?, &NoExternals)
    }

    /// Compiles a document; `externals` hands in the keys and literals that it names.
    ///
    /// # Errors
    /// As [`Self::from_yaml`], and when an external is missing.
    pub fn compile(document: &Document, externals: &dyn Externals) -> Result<Self, PolicyError> {
        match compile::compile(document, externals) {
            Ok(compiled) => Ok(Self(Arc::new(compiled))),
            Err(error) if document.check().is_ok() => Err(error),
            Err(error) => Err(document.all_problems(error, externals)),
        }
    }

    /// Memory to mask with.
    #[must_use]
    pub fn masker(&self) -> Masker {
        Masker::new(self.clone())
    }

    /// Memory to mask with what comes in pieces: as much of it as a window of 1 MiB holds at a time, texts one behind the
    /// other.
    #[must_use]
    pub fn stream(&self) -> Stream {
        self.stream_with(&StreamOptions::default())
    }

    /// The same, as `options` say.
    #[must_use]
    pub fn stream_with(&self, options: &StreamOptions) -> Stream {
        Stream::new(self.clone(), options)
    }

    /// Memory to mask with, and detectors of the host that the policy asks (`detect: host:NAME`).
    ///
    /// # Errors
    /// When it asks one that is not there. ([`Self::masker`] gives a masker all the same, whose calls fail when they would
    /// have to ask.)
    ///
    /// # Example
    /// ```
    /// use spanmask::{Detectors, Policy};
    ///
    /// let policy = Policy::from_yaml("{ version: 1, rules: [{ id: NAME, detect: host:names }] }")?;
    /// let detectors = Detectors::new().with("names", |text: &str, spans: &mut spanmask::Spans<'_>| {
    ///     text.match_indices("Zoë").for_each(|(at, name)| spans.push(at, at + name.len()));
    ///     Ok(())
    /// });
    /// let mut text = br#"["Ask Zo\u00eb."]"#.to_vec();
    /// policy.masker_with(detectors)?.mask_vec(&mut text)?;
    /// assert_eq!(text, br#"["Ask [REDACTED]."]"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn masker_with(&self, detectors: Detectors) -> Result<Masker, PolicyError> {
        let mut masker = self.masker();
        masker.set_host(detectors.of(self)?);
        Ok(masker)
    }

    /// A stream, as `options` say, and detectors of the host that the policy asks.
    ///
    /// # Errors
    /// As [`Self::masker_with`].
    pub fn stream_with_detectors(
        &self,
        options: &StreamOptions,
        detectors: Detectors,
    ) -> Result<Stream, PolicyError> {
        let mut stream = self.stream_with(options);
        stream.set_host(detectors.of(self)?);
        Ok(stream)
    }

    /// The names of the detectors of the host that it asks, without `host:`, one for each rule that does.
    pub fn host_detectors(&self) -> impl Iterator<Item = &str> {
        crate::host::names(self)
    }

    /// The ids of its rules, in order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        (0..self.0.core.rules.len()).map(|i| self.0.core.rule_id(u16::try_from(i).unwrap_or(u16::MAX)))
    }

    /// What is allowed but probably not meant.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.0.warnings
    }

    pub(crate) fn core(&self) -> &spanmask_core::policy::Policy<'static> {
        &self.0.core
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("rules", &self.rules().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
