//! Policies: compiled, brought along, loaded, saved.

use crate::fault::{Fault, guarded};
use crate::handle::Handle;
use napi::bindgen_prelude::{BufferSlice, Either, External, Uint8Array};
use napi_derive::napi;
use spanmask::{Document, Format, Framing, MapExternals, Policy};

/// A name and bytes.
#[napi(object, object_to_js = false)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The bytes.
    pub bytes: Uint8Array,
}

/// What a policy is made with.
#[napi(object, object_to_js = false)]
pub struct Settings {
    /// Whether inputs hold exactly one text.
    pub one: bool,
    /// Names of the detectors that JavaScript has.
    pub detectors: Vec<String>,
}

/// A policy.
#[napi(object, object_from_js = false)]
pub struct Opened {
    /// For the functions of this module.
    #[napi(ts_type = "ExternalObject<Handle>")]
    pub handle: External<Handle>,
    /// Ids of its rules.
    pub rules: Vec<String>,
    /// What is probably not meant.
    pub warnings: Vec<String>,
}

fn open(settings: Settings, make: impl FnOnce() -> Result<Policy, Fault>) -> Either<Opened, Fault> {
    let framing = if settings.one { Framing::One } else { Framing::Sequence };
    let opened = guarded(|| {
        let policy = make()?;
        let rules = policy.rules().map(str::to_owned).collect();
        let warnings = policy.warnings().to_vec();
        let handle = Handle::new(policy, framing, settings.detectors)?;
        Ok(Opened { handle: External::new_with_size_hint(handle, Handle::SIZE), rules, warnings })
    });
    opened.map_or_else(Either::B, Either::A)
}

/// Compiles a policy.
#[napi]
pub fn compile(
    text: String,
    #[napi(ts_arg_type = "'yaml' | 'json' | 'toml'")] format: String,
    keys: Vec<Named>,
    literals: Vec<Named>,
    settings: Settings,
) -> Either<Opened, Fault> {
    open(settings, || {
        let format = match format.as_str() {
            "json" => Format::Json,
            "toml" => Format::Toml,
            _ => Format::Yaml,
        };
        let externals =
            keys.iter().fold(MapExternals::default(), |all, of| all.with_key(&of.name, &*of.bytes));
        let externals = literals.iter().fold(externals, |all, of| all.with_literals(&of.name, &*of.bytes));
        Ok(Policy::compile(&Document::parse(&text, format)?, &externals)?)
    })
}

/// A policy that spanmask brings along.
#[napi]
pub fn preset(name: String, settings: Settings) -> Either<Opened, Fault> {
    open(settings, || Ok(Policy::preset(&name)?))
}

/// The policy of an image.
#[napi]
pub fn load(image: BufferSlice<'_>, settings: Settings) -> Either<Opened, Fault> {
    open(settings, || Ok(Policy::load(&image)?))
}

/// The image of a policy.
#[napi]
pub fn save(handle: &External<Handle>, with_keys: bool) -> Either<Uint8Array, Fault> {
    let policy = &handle.pool.policy;
    let image = guarded(|| match with_keys {
        true => Ok(policy.save_with_keys()?.to_vec()),
        false => Ok(policy.save()?),
    });
    image.map_or_else(Either::B, |image| Either::A(image.into()))
}
