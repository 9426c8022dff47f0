//! What Prometheus reads. Names and labels are the contract of dashboards and alerts: `deploy/` uses them.

use crate::policies::Loaded;
use crate::settings::{Limits, Settings};
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How a request ended. The names are the label `outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Answered, masked (or, in a dry run, as it was).
    Masked,
    /// Not one JSON text, or larger somewhere than the window.
    Refused,
    /// Headers, method or encoding that cannot be.
    BadRequest,
    /// Without the secret.
    Forbidden,
    /// A body past the limit.
    TooLarge,
    /// Past the limit of requests, or of memory.
    Busy,
    /// The body did not come in time.
    Timeout,
    /// The caller went away.
    Left,
    /// Something went wrong behind the first byte of the answer: it was cut off.
    CutOff,
    /// A fault of the service or of a policy.
    Failed,
}

impl Outcome {
    const ALL: [Self; 10] = [
        Self::Masked,
        Self::Refused,
        Self::BadRequest,
        Self::Forbidden,
        Self::TooLarge,
        Self::Busy,
        Self::Timeout,
        Self::Left,
        Self::CutOff,
        Self::Failed,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Refused => "refused",
            Self::BadRequest => "bad_request",
            Self::Forbidden => "forbidden",
            Self::TooLarge => "too_large",
            Self::Busy => "busy",
            Self::Timeout => "timeout",
            Self::Left => "left",
            Self::CutOff => "cut_off",
            Self::Failed => "failed",
        }
    }
}

/// Bodies up to so many bytes have a histogram of their own: the timeout on Langfuse's side is sized by it.
const SIZES: [(u64, &str); 3] = [(64 << 10, "64K"), (1 << 20, "1M"), (16 << 20, "16M")];
const LARGER: &str = "+Inf";
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// All counters, registered.
pub(crate) struct Metrics {
    registry: Registry,
    requests: [IntCounter; Outcome::ALL.len()],
    seconds: [Histogram; SIZES.len() + 1],
    pub(crate) received: IntCounter,
    pub(crate) sent: IntCounter,
    pub(crate) masked: IntCounter,
    pub(crate) oversized: IntCounter,
    matches: IntCounterVec,
    pub(crate) in_flight: IntGauge,
    pub(crate) memory: IntGauge,
    pub(crate) connections: IntGauge,
    pub(crate) accept_errors: IntCounter,
    pub(crate) slow_readers: IntCounter,
    pub(crate) log_lines_dropped: IntGauge,
    policy_info: IntGaugeVec,
    pub(crate) policies: IntGauge,
    policy_loaded: IntGauge,
    pub(crate) reloads: IntCounter,
    pub(crate) reload_failures: IntCounter,
    pub(crate) reload_failed: IntGauge,
    resident: IntGauge,
    open_fds: IntGauge,
}

/// Limits that saturation is measured against.
pub(crate) struct Bounds {
    pub(crate) in_flight: usize,
    pub(crate) memory: u64,
    pub(crate) connections: usize,
    pub(crate) dry_run: bool,
}

impl Bounds {
    pub(crate) fn of(settings: &Settings) -> Self {
        let Limits { in_flight, memory, connections, .. } = settings.limits;
        Self { in_flight, memory: memory.0, connections, dry_run: settings.dry_run }
    }
}

/// Registers and hands back. Names are literals, so what could fail would fail in every test.
fn add<C: Collector + Clone + 'static>(
    registry: &Registry,
    made: prometheus::Result<C>,
) -> prometheus::Result<C> {
    let collector = made?;
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Metrics {
    pub(crate) fn new(bounds: &Bounds) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counter = |name, help| add(&registry, IntCounter::new(name, help));
        let gauge = |name, help| add(&registry, IntGauge::new(name, help));
        let constant = |name, help, value| gauge(name, help).map(|gauge| gauge.set(value));

        let requests = Opts::new("spanmask_requests_total", "Calls of the callback, by how they ended.");
        let requests = add(&registry, IntCounterVec::new(requests, &["outcome"]))?;
        let seconds =
            "Time from the head of a request to the last byte of its masked body, by size of the body.";
        let seconds = HistogramOpts::new("spanmask_request_seconds", seconds).buckets(SECONDS.to_vec());
        let seconds = add(&registry, HistogramVec::new(seconds, &["body"]))?;
        let matches = Opts::new("spanmask_matches_total", "Parts masked, by policy and rule.");
        let info = Opts::new("spanmask_policy_info", "1 for the version of the policies in use.");
        let build = Opts::new("spanmask_build_info", "1 for the version of the program.");
        let build = add(&registry, IntGaugeVec::new(build, &["version"]))?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        constant(
            "spanmask_in_flight_limit",
            "Requests that are worked on at most.",
            signed(bounds.in_flight as u64),
        )?;
        constant("spanmask_memory_limit_bytes", "Bytes that bodies take at most.", signed(bounds.memory))?;
        constant(
            "spanmask_connections_limit",
            "Connections that are open at most.",
            signed(bounds.connections as u64),
        )?;
        constant("spanmask_dry_run", "1 when bodies are answered unchanged.", i64::from(bounds.dry_run))?;
        constant("process_start_time_seconds", "When the process started, in Unix time.", now())?;
        Ok(Self {
            requests: Outcome::ALL.map(|outcome| requests.with_label_values(&[outcome.name()])),
            seconds: [SIZES[0].1, SIZES[1].1, SIZES[2].1, LARGER]
                .map(|body| seconds.with_label_values(&[body])),
            received: counter("spanmask_received_bytes_total", "Bytes of bodies, unpacked.")?,
            sent: counter("spanmask_sent_bytes_total", "Bytes of answers to bodies.")?,
            masked: counter("spanmask_masked_bytes_total", "Bytes of bodies that lay in masked parts.")?,
            oversized: counter(
                "spanmask_oversized_total",
                "Values masked whole because they are larger than the window.",
            )?,
            matches: add(&registry, IntCounterVec::new(matches, &["policy", "rule"]))?,
            in_flight: gauge("spanmask_in_flight", "Requests that are being worked on.")?,
            memory: gauge("spanmask_memory_bytes", "Bytes that are taken for bodies.")?,
            connections: gauge("spanmask_connections", "Open connections of the callback.")?,
            accept_errors: counter(
                "spanmask_accept_errors_total",
                "Connections that could not be accepted.",
            )?,
            slow_readers: counter(
                "spanmask_slow_readers_total",
                "Connections closed because nobody took the answer.",
            )?,
            log_lines_dropped: gauge(
                "spanmask_log_lines_dropped",
                "Lines of the log that could not be handed on.",
            )?,
            policy_info: add(&registry, IntGaugeVec::new(info, &["version"]))?,
            policies: gauge("spanmask_policies", "Policies in use.")?,
            policy_loaded: gauge(
                "spanmask_policy_loaded_timestamp_seconds",
                "When they were taken, in Unix time.",
            )?,
            reloads: counter(
                "spanmask_policy_reloads_total",
                "Sets of policies taken, the first one included.",
            )?,
            reload_failures: counter(
                "spanmask_policy_reload_failures_total",
                "Sets of policies that were not taken.",
            )?,
            reload_failed: gauge("spanmask_policy_reload_failed", "1 when what lies on disk was not taken.")?,
            resident: gauge("process_resident_memory_bytes", "Resident memory.")?,
            open_fds: gauge("process_open_fds", "Open file descriptors.")?,
            registry,
        })
    }

    pub(crate) fn ended(&self, outcome: Outcome) {
        self.requests[outcome as usize].inc();
    }

    /// Times of bodies that were answered; the others say nothing about how long masking takes.
    pub(crate) fn took(&self, time: Duration, body: u64) {
        let class = SIZES.iter().position(|(size, _)| body <= *size).unwrap_or(SIZES.len());
        self.seconds[class].observe(time.as_secs_f64());
    }

    /// The counters of a policy's rules, in its order.
    pub(crate) fn matches(&self, policy: &str, rules: &[String]) -> Vec<IntCounter> {
        rules.iter().map(|rule| self.matches.with_label_values(&[policy, rule.as_str()])).collect()
    }

    /// Says which policies are in use, and forgets those that no longer are.
    pub(crate) fn policies(&self, version: &str, new: &[Arc<Loaded>], old: &[Arc<Loaded>]) {
        let in_use = |name: &str, rule: &str| {
            new.iter().any(|policy| policy.name == name && policy.rules.iter().any(|other| other == rule))
        };
        for policy in old {
            for rule in policy.rules.iter().filter(|rule| !in_use(&policy.name, rule)) {
                let _ = self.matches.remove_label_values(&[policy.name.as_str(), rule.as_str()]);
            }
        }
        self.policy_info.reset();
        self.policy_info.with_label_values(&[version]).set(1);
        self.policies.set(signed(new.len() as u64));
        self.policy_loaded.set(now());
        self.reloads.inc();
    }

    /// The text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let (resident, open_fds) = process();
        self.resident.set(signed(resident));
        self.open_fds.set(signed(open_fds));
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| signed(since.as_secs()))
}

/// Resident bytes and open descriptors; 0 where /proc does not tell.
fn process() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    let open_fds = std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
    (kilobytes.unwrap_or(0) * 1024, open_fds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_values_come_out() {
        let bounds = Bounds { in_flight: 3, memory: 4096, connections: 5, dry_run: true };
        let metrics = Metrics::new(&bounds).unwrap();
        metrics.ended(Outcome::CutOff);
        metrics.took(Duration::from_millis(3), 1 << 20);
        metrics.matches("p", &["EMAIL".to_owned()])[0].inc_by(7);
        let text = metrics.text();
        for line in [
            "spanmask_requests_total{outcome=\"cut_off\"} 1",
            "spanmask_requests_total{outcome=\"masked\"} 0",
            "spanmask_request_seconds_count{body=\"1M\"} 1",
            "spanmask_matches_total{policy=\"p\",rule=\"EMAIL\"} 7",
            "spanmask_in_flight_limit 3",
            "spanmask_dry_run 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
