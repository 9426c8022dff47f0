//! What `spanmask serve` takes: flags, and environment variables for containers.

use crate::settings::units::{Size, size};
use crate::settings::{LogFormat, LogLevel, PLAYGROUND};
use clap::Args;
use std::path::PathBuf;

/// The help behind the list of flags.
pub const AFTER_HELP: &str = "\
Examples:
  spanmask serve                                   the default policy, on 127.0.0.1:8790
  spanmask serve --policies /etc/spanmask/policies --check
  SPANMASK_SECRET=… spanmask serve --listen 0.0.0.0:8790
  spanmask serve --playground                      and a page to try policies out: http://127.0.0.1:8792/playground

Then, on Langfuse's worker:
  LANGFUSE_INGESTION_MASKING_CALLBACK_URL=http://127.0.0.1:8790/mask

A flag goes before its environment variable, and that before the settings file. Secrets are read from
SPANMASK_SECRET (several, with commas between) and from files; a caller hands one in as /mask/SECRET or
/mask?secret=SECRET.

SIGHUP reads policies and certificates anew, SIGTERM and SIGINT end the service when what has begun is done.
OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) turns on traces of the service itself.";

/// Flags and environment variables of `spanmask serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Settings: a YAML file
    #[arg(short, long, value_name = "FILE", env = "SPANMASK_CONFIG")]
    pub config: Option<PathBuf>,

    /// Address of the callback [default: 127.0.0.1:8790]
    #[arg(short, long, value_name = "ADDR", env = "SPANMASK_LISTEN")]
    pub listen: Option<String>,

    /// Address of /healthz, /readyz and /metrics, when they shall not be at that of the callback
    #[arg(long, value_name = "ADDR", env = "SPANMASK_ADMIN_LISTEN")]
    pub admin_listen: Option<String>,

    /// A page, at an address of its own, that shows what a policy masks [default without an address: 127.0.0.1:8792]
    #[arg(long, value_name = "ADDR", env = "SPANMASK_PLAYGROUND", num_args = 0..=1, default_missing_value = PLAYGROUND)]
    pub playground: Option<String>,

    /// A policy, a file that says which project has which, or a folder [default: preset:default]
    #[arg(short, long, value_name = "FILE|DIR|preset:NAME", env = "SPANMASK_POLICIES")]
    pub policies: Option<String>,

    /// A file with secrets, one a line: a caller must know one
    #[arg(long, value_name = "FILE", env = "SPANMASK_SECRET_FILE")]
    pub secret_file: Option<PathBuf>,

    /// The certificate chain for TLS, as PEM
    #[arg(long, value_name = "FILE", env = "SPANMASK_TLS_CERTIFICATE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,

    /// Its private key, as PEM
    #[arg(long, value_name = "FILE", env = "SPANMASK_TLS_KEY", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,

    /// Authorities of client certificates, as PEM: a caller must have one (mutual TLS)
    #[arg(long, value_name = "FILE", env = "SPANMASK_TLS_CLIENT_CA", requires = "tls_certificate")]
    pub tls_client_ca: Option<PathBuf>,

    /// The largest body, unpacked (K, M, G: powers of 1024) [default: 256M]
    #[arg(long, value_name = "BYTES", env = "SPANMASK_MAX_BODY", value_parser = size)]
    pub max_body: Option<Size>,

    /// Bodies up to this size are masked in one piece, larger ones as they come, so much at a time [default: 4M]
    #[arg(long, value_name = "BYTES", env = "SPANMASK_WINDOW", value_parser = size)]
    pub window: Option<Size>,

    /// Requests that are worked on at a time; more get 503 [default: 128]
    #[arg(long, value_name = "N", env = "SPANMASK_IN_FLIGHT")]
    pub in_flight: Option<usize>,

    /// Bytes that their bodies may take together; more get 503 [default: 512M]
    #[arg(long, value_name = "BYTES", env = "SPANMASK_MEMORY", value_parser = size)]
    pub memory: Option<Size>,

    /// Take bodies that are compressed with gzip
    #[arg(long, value_name = "BOOL", env = "SPANMASK_GZIP", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub gzip: Option<bool>,

    /// Answer with the body unchanged, and count what would be masked
    #[arg(long, value_name = "BOOL", env = "SPANMASK_DRY_RUN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub dry_run: Option<bool>,

    /// What is logged [default: info]
    #[arg(long, value_name = "LEVEL", env = "SPANMASK_LOG_LEVEL", value_enum)]
    pub log_level: Option<LogLevel>,

    /// How it is logged, on standard error [default: text on a terminal, json otherwise]
    #[arg(long, value_name = "FORMAT", env = "SPANMASK_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,

    /// Check settings, policies, secrets and certificates, say what they amount to, and end
    #[arg(long)]
    pub check: bool,
}
