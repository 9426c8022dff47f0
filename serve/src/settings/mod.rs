//! What the service is told: a YAML file, environment variables, flags; each goes before the one named earlier.

pub mod units;

use crate::args::ServeArgs;
use crate::error::ServeError;
use clap::ValueEnum;
use serde::Deserialize;
use spanmask::files::{PRESET, why};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use units::Size;

/// Where `--playground` listens unless told.
pub(crate) const PLAYGROUND: &str = "127.0.0.1:8792";

/// Everything that can be set. Defaults suit a service beside Langfuse's worker.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address of the callback.
    pub listen: String,
    /// Address of health and metrics; `None`: that of the callback.
    pub admin_listen: Option<String>,
    /// Address of the page that shows what a policy masks; `None`: there is none.
    pub playground: Option<String>,
    /// The policies: a name as the command takes it, a file of a set, or a folder.
    pub policies: String,
    /// Answers unchanged.
    pub dry_run: bool,
    /// Who may call.
    pub access: Access,
    /// TLS; `None`: plain HTTP.
    pub tls: Option<Tls>,
    /// How much at a time.
    pub limits: Limits,
    /// How long.
    pub timeouts: Timeouts,
    /// How often files are looked at for changes.
    #[serde(deserialize_with = "units::time")]
    pub reload_every: Duration,
    /// What is logged.
    pub log: Log,
}

/// Who may call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Files of secrets, one a line.
    pub secret_files: Vec<PathBuf>,
}

/// Files for TLS, as PEM.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities of client certificates; callers must have one.
    pub client_ca: Option<PathBuf>,
}

/// How much at a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest body, unpacked; 413 past it.
    pub body: Size,
    /// Bodies up to this size are masked in one buffer; larger ones as a stream that looks at so much at a time.
    pub window: Size,
    /// Requests that are worked on; 503 past it.
    pub in_flight: usize,
    /// Bytes that bodies and streams take together; 503 past it.
    pub memory: Size,
    /// Open connections; more wait to be accepted.
    pub connections: usize,
    /// Takes bodies that are compressed with gzip.
    pub gzip: bool,
    /// What is done with a value that is larger than the window.
    pub oversize: Oversize,
}

/// What is done with a value, or an object that must be seen whole, that is larger than the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Oversize {
    /// What its policy says.
    Policy,
    /// It is masked whole.
    Mask,
    /// The body is refused.
    Error,
}

/// How long.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// A connection without a whole head of a request is closed. Langfuse's worker keeps its own for 4 s.
    #[serde(deserialize_with = "units::time")]
    pub idle: Duration,
    /// A caller that neither sends nor takes a byte for so long is given up.
    #[serde(deserialize_with = "units::time")]
    pub stall: Duration,
    /// A body must have come whole within this.
    #[serde(deserialize_with = "units::time")]
    pub request: Duration,
    /// What has begun may take so long when the service ends.
    #[serde(deserialize_with = "units::time")]
    pub shutdown: Duration,
}

/// What is logged, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// What.
    pub level: LogLevel,
    /// How; `None`: text on a terminal, JSON otherwise.
    pub format: Option<LogFormat>,
}

/// What is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What keeps it from masking.
    Error,
    /// And what somebody should look at: requests that failed, a set of policies that was not taken.
    Warn,
    /// And what it does: start, reload, end.
    #[default]
    Info,
    /// And each request.
    Debug,
}

/// How it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// An object a line.
    Json,
    /// For people.
    Text,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8790".to_owned(),
            admin_listen: None,
            playground: None,
            policies: format!("{PRESET}default"),
            dry_run: false,
            access: Access::default(),
            tls: None,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            reload_every: Duration::from_secs(2),
            log: Log::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Size(256 << 20),
            window: Size(4 << 20),
            in_flight: 128,
            memory: Size(512 << 20),
            connections: 1024,
            gzip: false,
            oversize: Oversize::Mask,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(5),
            request: Duration::from_secs(60),
            shutdown: Duration::from_secs(25),
        }
    }
}

impl Settings {
    /// Reads the file that `args` names, if any, and puts the flags over it.
    ///
    /// # Errors
    /// When the file cannot be read, is no YAML, has unknown fields or values that cannot be, with its place in the file.
    pub fn of(args: &ServeArgs) -> Result<Self, ServeError> {
        let mut settings = match &args.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        settings.override_with(args);
        settings.check()?;
        Ok(settings)
    }

    fn read(path: &Path) -> Result<Self, ServeError> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            ServeError::settings(format_args!("{name}: cannot read the settings: {}", why(&error)))
        })?;
        let mut settings =
            Self::parse(&text).map_err(|problem| ServeError::settings(format_args!("{name}: {problem}")))?;
        settings.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(settings)
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let options = serde_saphyr::options! { with_snippet: false };
        serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| error.without_snippet().to_string())
    }

    /// Files that the settings name lie beside them.
    fn resolve(&mut self, directory: &Path) {
        if !self.policies.starts_with(PRESET) {
            self.policies = directory.join(&self.policies).display().to_string();
        }
        let tls = self.tls.iter_mut();
        let tls =
            tls.flat_map(|tls| [&mut tls.certificate, &mut tls.key].into_iter().chain(&mut tls.client_ca));
        for file in self.access.secret_files.iter_mut().chain(tls) {
            *file = directory.join(&file);
        }
    }

    fn override_with(&mut self, args: &ServeArgs) {
        fn set<T: Clone>(to: &mut T, from: &Option<T>) {
            if let Some(value) = from {
                to.clone_from(value);
            }
        }
        set(&mut self.listen, &args.listen);
        set(&mut self.policies, &args.policies);
        set(&mut self.dry_run, &args.dry_run);
        set(&mut self.limits.body, &args.max_body);
        set(&mut self.limits.window, &args.window);
        set(&mut self.limits.in_flight, &args.in_flight);
        set(&mut self.limits.memory, &args.memory);
        set(&mut self.limits.gzip, &args.gzip);
        set(&mut self.log.level, &args.log_level);
        self.admin_listen = args.admin_listen.clone().or(self.admin_listen.take());
        self.playground = args.playground.clone().or(self.playground.take());
        self.log.format = args.log_format.or(self.log.format);
        if let Some(file) = &args.secret_file {
            self.access.secret_files = vec![file.clone()];
        }
        if let (Some(certificate), Some(key)) = (&args.tls_certificate, &args.tls_key) {
            let client_ca = args.tls_client_ca.clone();
            self.tls = Some(Tls { certificate: certificate.clone(), key: key.clone(), client_ca });
        }
    }

    fn check(&self) -> Result<(), ServeError> {
        let Limits { body, window, in_flight, memory, connections, .. } = self.limits;
        let problem = if !(Size(32)..=Size(1 << 30)).contains(&window) {
            "limits.window: it is 32 bytes to 1G"
        } else if in_flight == 0 || connections == 0 {
            "limits: in_flight and connections are 1 at least"
        } else if body > Size(1 << 40) || memory > Size(1 << 40) {
            "limits: body and memory are 1024G at most"
        } else {
            return Ok(());
        };
        Err(ServeError::settings(problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_the_default() {
        for text in ["", "\n", "{}"] {
            assert_eq!(Settings::parse(text).unwrap().listen, "127.0.0.1:8790");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, words) in [
            ("listen: 1.2.3.4:5\nlimit: {}\n", ["line 2", "limit"]),
            ("limits: { bodyy: 1M }", ["line 1", "bodyy"]),
            ("limits: { body: much }", ["line 1", "256M"]),
            ("timeouts: { idle: 75 }", ["line 1", "500ms"]),
            ("tls: { certificate: a.pem }", ["line 1", "key"]),
            ("log: { level: loud }", ["line 1", "loud"]),
        ] {
            let problem = Settings::parse(text).unwrap_err();
            assert!(words.iter().all(|word| problem.contains(word)), "{text}: {problem}");
        }
    }

    #[test]
    fn flags_go_before_the_file() {
        let mut settings = Settings::parse("listen: a:1\ndry_run: true\nlimits: { in_flight: 3 }").unwrap();
        let args = ServeArgs { listen: Some("b:2".to_owned()), dry_run: Some(false), ..ServeArgs::default() };
        settings.override_with(&args);
        assert_eq!(
            (settings.listen.as_str(), settings.dry_run, settings.limits.in_flight),
            ("b:2", false, 3)
        );
    }

    #[test]
    fn files_lie_beside_the_settings() {
        let mut settings = Settings::parse("policies: p\naccess: { secret_files: [s, /abs] }").unwrap();
        settings.resolve(Path::new("/etc/spanmask"));
        assert_eq!(settings.policies, "/etc/spanmask/p");
        assert_eq!(settings.access.secret_files, [Path::new("/etc/spanmask/s"), Path::new("/abs")]);
    }

    #[test]
    fn limits_that_cannot_be() {
        for text in ["limits: { window: 31 }", "limits: { in_flight: 0 }", "limits: { memory: 2000G }"] {
            assert!(Settings::parse(text).unwrap().check().is_err(), "{text}");
        }
    }
}
