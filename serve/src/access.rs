//! Secrets that a caller hands in with the path or the query: Langfuse's worker can send no header of its own.

use crate::error::ServeError;
use sha2::{Digest, Sha256};
use spanmask::files::why;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// The variable that secrets are read from, with commas between them.
const VARIABLE: &str = "SPANMASK_SECRET";
/// Characters of a secret at least: 16 of them hold 64 bits even when they are hexadecimal digits.
const LEAST: usize = 16;

/// Digests of the secrets, any of which opens.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<[u8; 32]>);

fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl Secrets {
    /// Reads them from the environment and from files.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self, ServeError> {
        let mut secrets = Self::default();
        if let Some(list) = std::env::var_os(VARIABLE) {
            let list = Zeroizing::new(list.into_encoded_bytes());
            secrets.add(VARIABLE, list.split(|byte| *byte == b','))?;
        }
        for file in files {
            let name = file.display().to_string();
            let text = fs::read(file).map(Zeroizing::new).map_err(|error| {
                ServeError::settings(format_args!("{name}: cannot read the secrets: {}", why(&error)))
            })?;
            secrets.add(&name, text.split(|byte| *byte == b'\n'))?;
        }
        Ok(secrets)
    }

    fn add<'a>(&mut self, source: &str, secrets: impl Iterator<Item = &'a [u8]>) -> Result<(), ServeError> {
        let before = self.0.len();
        for secret in secrets.map(<[u8]>::trim_ascii).filter(|secret| !secret.is_empty()) {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
            if secret.len() < LEAST || !secret.iter().all(plain) {
                let problem = "a secret has 16 characters at least, all of them letters, digits or -._~";
                return Err(ServeError::settings(format_args!("{source}: {problem} (openssl rand -hex 32)")));
            }
            self.0.push(digest(secret));
        }
        match self.0.len() > before {
            true => Ok(()),
            false => Err(ServeError::settings(format_args!("{source}: there is no secret in it"))),
        }
    }

    /// There is none, so that everybody may call.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is one of them. The time it takes depends on the length of `secret` only.
    pub(crate) fn accept(&self, secret: &[u8]) -> bool {
        let digest = digest(secret);
        let found = self.0.iter().fold(Choice::from(0), |found, other| found | other.ct_eq(&digest));
        found.into()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0123456789abcdef";

    fn of(list: &str) -> Result<Secrets, String> {
        let mut secrets = Secrets::default();
        secrets
            .add("source", list.as_bytes().split(|byte| *byte == b','))
            .map_err(|error| error.to_string())?;
        Ok(secrets)
    }

    #[test]
    fn any_of_them_opens_and_nothing_else() {
        let secrets = of(&format!("{ONE}, another-secret.of~mine\n,")).unwrap();
        assert_eq!(secrets.len(), 2);
        assert!(secrets.accept(ONE.as_bytes()) && secrets.accept(b"another-secret.of~mine"));
        for wrong in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF"] {
            assert!(!secrets.accept(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{secrets:?}").contains(ONE));
    }

    #[test]
    fn what_cannot_be_one_is_refused_and_not_shown() {
        for bad in ["", "  ", "short", "with spaces in between", "percent%41encoded-or-not"] {
            let problem = of(bad).unwrap_err();
            assert!(
                problem.starts_with("source: ") && (bad.trim().is_empty() || !problem.contains(bad)),
                "{problem}"
            );
        }
    }
}
