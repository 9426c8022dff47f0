//! The command line: what it takes, and the help that goes with it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  spanmask mask trace.json                        the masked trace on standard output
  spanmask mask --in-place --report traces/*.json replace each file, then say what was masked
  spanmask scan --fail fixtures/*.json            in CI: exit code 3 when there is anything
  spanmask serve                                  Langfuse's masking callback, on 127.0.0.1:8790
  spanmask policy show preset:default             a policy to start from

Exit codes:
  0  done
  1  an input was refused, or could not be read or written
  2  bad policy or usage
  3  `scan --fail` found something
When the reader of standard output goes away, the command stops without a message (exit code 0).";

const MASK_HELP: &str = "\
Examples:
  spanmask mask < trace.json > masked.json
  spanmask mask --policy policy.yaml --output masked.json.gz trace.json.gz
  spanmask mask --in-place --report=report.json traces/*.json
  zcat huge.json.gz | spanmask mask --window 16M > masked.json

Each file is masked in memory before any of it is written; nothing of a refused file is written. Files are
written in order, and the first error ends the command: on standard output and with --in-place the files
before it are done and those behind it are not touched; with --output the file is not written at all. This
does not depend on --jobs: files of some MB are worked on side by side, larger ones by themselves, in blocks
of whole texts when they hold texts on lines of their own (JSON Lines, for instance).
Behind a file that does not end with a line feed comes one before the next file.

With --window, and always for files of 1 GiB and more, an input is masked as it comes, a window of it in memory at
a time. What comes out is the same. When such an input is refused, what lies before the fault is on standard
output already, masked; files are not written. A string, an attribute, or (when a rule has `when`) a span that is
larger than the window is an error, or masked whole: --oversize.

--in-place follows a symbolic link to its file, keeps owner and permissions, and gives the file a new inode
(other hard links keep the old text). A file in which nothing is to be masked is left alone.";

const SCAN_HELP: &str = "\
Examples:
  spanmask scan trace.json
  spanmask scan --format jsonl trace.json.gz | jq .rule
  spanmask scan --fail --format sarif fixtures/*.json > spanmask.sarif

A finding names its rule, its file, its place in the file (byte offsets, of the unpacked text when the file is
gzip) and the path of its value: names of members are shown, values never. The other files are scanned also
when one is refused; the exit code is 1 then.";

const POLICY_HELP: &str = "\
Examples:
  spanmask policy check policy.yaml
  spanmask policy show preset:default > policy.yaml
  spanmask policy compile policy.yaml -o policy.image
  spanmask policy schema > spanmask.schema.json
  spanmask policy detectors";

const COMPLETIONS_HELP: &str = "\
Examples:
  spanmask completions bash > /etc/bash_completion.d/spanmask
  spanmask completions zsh > \"${fpath[1]}/_spanmask\"
  spanmask completions fish > ~/.config/fish/completions/spanmask.fish";

/// Masks sensitive text in JSON: only what the policy names, and not a byte more
#[derive(Debug, Parser)]
#[command(name = "spanmask", version, after_help = AFTER_HELP, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Mask JSON texts
    Mask(MaskArgs),
    /// Show what would be masked and where, never the text itself
    Scan(ScanArgs),
    /// Answer Langfuse's masking callback
    #[cfg(feature = "serve")]
    #[command(after_help = spanmask_serve::AFTER_HELP)]
    Serve(spanmask_serve::ServeArgs),
    /// Check and show policies
    #[command(subcommand, after_help = POLICY_HELP)]
    Policy(PolicyCommand),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page, or write one page a command into a directory
    Man {
        /// Directory that the pages are written into
        dir: Option<PathBuf>,
    },
}

/// What `mask` and `scan` share.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The policy: a YAML, JSON or TOML file, what `policy compile` has made of one, or a preset (preset:default,
    /// preset:langfuse-docs)
    #[arg(short, long, value_name = "FILE|preset:NAME", default_value = "preset:default")]
    pub(crate) policy: String,

    /// How many JSON texts an input may hold
    #[arg(long, value_enum, default_value_t = FramingArg::Sequence)]
    pub(crate) framing: FramingArg,

    /// Take every input as gzip (otherwise: by the name ending in .gz, or by the first bytes)
    #[arg(long = "gzip", visible_alias = "gzip-input")]
    pub(crate) gzip_input: bool,

    /// Threads that work, on several files or on the texts of one input; as many as there are processors unless told
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,

    /// No progress bar, no warnings
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Files; `-` is standard input, which is also taken when there are none
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = MASK_HELP)]
pub(crate) struct MaskArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Replace each file by its masked text, atomically or not at all; gzip files stay gzip
    #[arg(short, long, requires = "files", conflicts_with_all = ["output", "gzip_output"])]
    pub(crate) in_place: bool,

    /// Write to this file, atomically or not at all; gzip when its name ends in .gz
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write gzip whatever the name of the output
    #[arg(long)]
    pub(crate) gzip_output: bool,

    /// Mask every input as it comes, this many bytes of it in memory at a time (K, M, G: powers of 1024)
    #[arg(long, value_name = "BYTES", value_parser = window)]
    pub(crate) window: Option<usize>,

    /// What to do when a value is larger than the window, whatever the policy says
    #[arg(long, value_enum)]
    pub(crate) oversize: Option<OversizeArg>,

    /// Say how much was masked under which rule: on standard error (a table on a terminal, JSON otherwise) or
    /// as JSON in a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) report: Option<Option<PathBuf>>,
}

#[derive(Debug, Args)]
#[command(after_help = SCAN_HELP)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How findings are shown; a table on a terminal, JSON Lines otherwise
    #[arg(short = 'f', long, value_enum)]
    pub(crate) format: Option<ScanFormat>,

    /// Exit with code 3 when there is anything
    #[arg(long)]
    pub(crate) fail: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say everything that is wrong with a policy, and where
    Check {
        /// The policy
        #[arg(value_name = "FILE|preset:NAME")]
        policy: String,
    },
    /// Print a policy as YAML, keys left out
    Show {
        /// The policy
        #[arg(value_name = "FILE|preset:NAME")]
        policy: String,
    },
    /// Compile a policy into an image, which loads at once and needs no other file
    Compile {
        /// The policy
        #[arg(value_name = "FILE|preset:NAME")]
        policy: String,
        /// Write to this file, atomically or not at all
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Write the keys of `hash` actions too: whoever has the image has the keys
        #[arg(long)]
        with_keys: bool,
    },
    /// Print the JSON Schema of policies
    Schema,
    /// List the built-in detectors
    Detectors {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FramingArg {
    /// Exactly one
    One,
    /// Any number, one behind the other: JSON Lines, for instance
    Sequence,
}

impl From<FramingArg> for spanmask::Framing {
    fn from(framing: FramingArg) -> Self {
        match framing {
            FramingArg::One => Self::One,
            FramingArg::Sequence => Self::Sequence,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OversizeArg {
    /// Refuse the input
    Error,
    /// Mask the value whole
    Mask,
}

impl From<OversizeArg> for spanmask::Oversize {
    fn from(oversize: OversizeArg) -> Self {
        match oversize {
            OversizeArg::Error => Self::Error,
            OversizeArg::Mask => Self::Mask,
        }
    }
}

/// The size of a window: a number of bytes, with a unit or none.
fn window(text: &str) -> Result<usize, String> {
    const SIZES: std::ops::RangeInclusive<usize> = 32..=1 << 30;
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'K' | 'k')) => (&text[..at], 10),
        Some((at, 'M' | 'm')) => (&text[..at], 20),
        Some((at, 'G' | 'g')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let size = digits.parse::<usize>().ok().and_then(|count| count.checked_mul(1 << shift));
    size.filter(|size| SIZES.contains(size)).ok_or_else(|| "a window has 32 bytes to 1G".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For people
    Table,
    /// JSON Lines: one object a finding
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
}
