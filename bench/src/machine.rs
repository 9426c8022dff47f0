//! Where and with what a record was made.

use serde::Serialize;
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a record says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Day, in UTC.
    pub date: String,
    /// The commit that was built, as far as that is known; with `+` when files were changed since.
    pub commit: String,
    /// The compiler.
    pub rustc: &'static str,
    /// The instructions that it may use everywhere; some engines choose by these, some while running.
    pub features: &'static str,
    /// The processor.
    pub cpu: String,
}

impl Machine {
    /// This one, now.
    #[must_use]
    pub fn this() -> Self {
        Self { date: today(), commit: commit(), rustc: env!("BENCH_RUSTC"), features: FEATURES, cpu: cpu() }
    }
}

const FEATURES: &str = if cfg!(target_feature = "avx512bw") {
    "avx512"
} else if cfg!(target_feature = "avx2") {
    "avx2"
} else {
    "default"
};

fn ask(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn commit() -> String {
    let Some(commit) = ask("git", &["rev-parse", "--short=10", "HEAD"]) else { return "unknown".into() };
    let changed =
        ask("git", &["status", "--porcelain", "--untracked-files=no"]).is_some_and(|list| !list.is_empty());
    if changed { commit + "+" } else { commit }
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    match name {
        Some((_, name)) => name.to_owned(),
        None => ask("sysctl", &["-n", "machdep.cpu.brand_string"]).unwrap_or_else(|| "unknown".into()),
    }
}

fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(since / 86_400)
}

/// The day so many days after 1 January 1970 (Howard Hinnant's `civil_from_days`).
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) =
        (era * 400 + year + u64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_have_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_778), "2026-11-21");
    }
}
