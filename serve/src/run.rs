//! Puts everything together, and runs it until a signal ends it.

use crate::access::Secrets;
use crate::admission::Admission;
use crate::args::ServeArgs;
use crate::error::ServeError;
use crate::health::Health;
use crate::log::{self, LogGuard};
use crate::mask::Callback;
use crate::metrics::{Bounds, Metrics};
use crate::playground::{self, Playground};
use crate::policies::watch::Watch;
use crate::policies::{FoundSet, Policies, Stamps, TOO_LITTLE_MEMORY, find};
use crate::pool::Pools;
use crate::routes::{Admin, Public};
use crate::server::{self, Server};
use crate::settings::Settings;
use crate::spans::Spans;
use crate::tls::Acceptor;
use std::fmt::Write;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// Runs the service until SIGTERM or SIGINT, or only checks what it would run with (`--check`). Hands back what is for standard
/// output.
///
/// # Errors
/// [`ServeError::Settings`] for settings, policies, secrets and certificates that cannot be used, [`ServeError::Run`] when it
/// cannot listen.
pub fn run(args: &ServeArgs) -> Result<String, ServeError> {
    let ready = Prepared::new(Settings::of(args)?)?;
    if args.check {
        return Ok(ready.summary());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("spanmask")
        .build()
        .map_err(|error| ServeError::run(format_args!("cannot start threads: {error}")))?;
    let log = log::begin(&ready.settings.log);
    let result = runtime.block_on(ready.serve(&log));
    // What was not done in time is cut off.
    runtime.shutdown_background();
    result.map(|()| String::new())
}

/// Everything that was read, and nothing is wrong with it.
struct Prepared {
    settings: Settings,
    secrets: Secrets,
    found: FoundSet,
    policy_files: Stamps,
    tls: Option<Arc<Acceptor>>,
    tls_files: Stamps,
    admission: Arc<Admission>,
}

impl Prepared {
    fn new(settings: Settings) -> Result<Self, ServeError> {
        let (mut policy_files, mut tls_files) = (Stamps::default(), Stamps::default());
        let secrets = Secrets::read(&settings.access.secret_files)?;
        let tls =
            settings.tls.as_ref().map(|tls| Acceptor::new(tls, &mut tls_files).map(Arc::new)).transpose()?;
        let found = find(&settings.policies, &mut policy_files).map_err(ServeError::Settings)?;
        let admission = Arc::new(Admission::new(&settings.limits));
        if !admission.fits(found.deepest()) {
            return Err(ServeError::settings(TOO_LITTLE_MEMORY));
        }
        Ok(Self { settings, secrets, found, policy_files, tls, tls_files, admission })
    }

    /// What `--check` says.
    fn summary(&self) -> String {
        let Self { settings, secrets, found, .. } = self;
        let mut text = String::new();
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "callback    {scheme}://{}/mask", settings.listen);
        let _ = writeln!(text, "operation   {}", settings.admin_listen.as_ref().unwrap_or(&settings.listen));
        if let Some(address) = &settings.playground {
            let _ = writeln!(text, "playground  http://{address}{}", playground::PAGE);
        }
        let _ = writeln!(text, "callers     {}", who(secrets, settings));
        let _ = writeln!(
            text,
            "policies    {} (version {}): {} in use, {} named projects and organisations, default {}",
            settings.policies,
            found.version,
            found.policies.len(),
            found.tenants(),
            found.default_name(),
        );
        for policy in &found.policies {
            let _ = writeln!(text, "            {}: {} rules", policy.name, policy.policy.rules().count());
        }
        let limits = &settings.limits;
        let _ = writeln!(
            text,
            "limits      body {}, window {}, {} requests at a time in {} of memory",
            limits.body, limits.window, limits.in_flight, limits.memory
        );
        if settings.dry_run {
            text.push_str("dry run     bodies are answered unchanged\n");
        }
        for warning in &found.warnings {
            let _ = writeln!(text, "warning     {warning}");
        }
        text + "ok\n"
    }

    /// Opens the addresses, and serves until a signal comes.
    async fn serve(self, log: &LogGuard) -> Result<(), ServeError> {
        let signals = Signals::new()?;
        let spans = Arc::new(Spans::begin()?);
        let public = server::open(&self.settings.listen).await?;
        let private = match &self.settings.admin_listen {
            Some(address) => Some(server::open(address).await?),
            None => None,
        };
        let page = match &self.settings.playground {
            Some(address) => Some((server::open(address).await?, Playground::new(address, &self.settings))),
            None => None,
        };
        announce(&self, &public, private.as_ref(), page.as_ref().map(|(listener, _)| listener))?;

        let Self { settings, secrets, found, policy_files, tls, tls_files, admission } = self;
        let metrics = Arc::new(Metrics::new(&Bounds::of(&settings)).map_err(ServeError::run)?);
        let policies = Arc::new(Policies::new(found, &metrics));
        let pools = Arc::new(Pools::new(&settings.limits));
        let (end, ending) = watch::channel(false);
        let told = Arc::new(Notify::new());
        let watch = Watch {
            place: settings.policies.clone(),
            stamps: policy_files,
            policies: policies.clone(),
            metrics: metrics.clone(),
            pools: pools.clone(),
            admission: admission.clone(),
            tls: tls.clone(),
            tls_stamps: tls_files,
            every: settings.reload_every,
            told: told.clone(),
        };
        let health = Health {
            policies: policies.clone(),
            admission: admission.clone(),
            ending: ending.clone(),
            dropped: log.dropped.clone(),
            dry_run: settings.dry_run,
        };
        let admin = Arc::new(Admin { health, metrics: metrics.clone() });
        let shared = private.is_none().then(|| admin.clone());
        let callback = Callback {
            settings: settings.clone(),
            policies,
            pools,
            admission,
            metrics: metrics.clone(),
            spans: spans.clone(),
        };

        let mut servers = JoinSet::new();
        let server =
            Server::new(public, Arc::new(Public { callback, secrets, admin: shared }), &settings, &metrics);
        servers.spawn(server.counted().with_tls(tls).run(ending.clone()));
        if let Some(listener) = private {
            servers.spawn(Server::new(listener, admin, &settings, &metrics).run(ending.clone()));
        }
        if let Some((listener, playground)) = page {
            servers.spawn(Server::new(listener, Arc::new(playground), &settings, &metrics).run(ending));
        }
        let watch = tokio::spawn(watch.run());
        signals.wait(&told).await;
        tracing::info!("ending");
        let _ = end.send(true);
        while servers.join_next().await.is_some() {}
        watch.abort();
        spans.end().await;
        tracing::info!("ended");
        Ok(())
    }
}

fn who(secrets: &Secrets, settings: &Settings) -> String {
    let certificates = settings.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    match (secrets.len(), certificates) {
        (0, false) => "everybody who reaches the address".to_owned(),
        (0, true) => "who has a certificate".to_owned(),
        (count, false) => format!("who knows one of {count} secrets"),
        (count, true) => format!("who has a certificate and knows one of {count} secrets"),
    }
}

/// Says what it runs with, and what is probably not meant.
fn announce(
    ready: &Prepared,
    public: &TcpListener,
    private: Option<&TcpListener>,
    page: Option<&TcpListener>,
) -> Result<(), ServeError> {
    let Prepared { settings, secrets, found, .. } = ready;
    let local = |listener: &TcpListener| listener.local_addr().map_err(ServeError::run);
    let address = local(public)?;
    let admin = private.map(local).transpose()?.unwrap_or(address);
    let playground = page.map(local).transpose()?;
    tracing::info!(
        %address,
        %admin,
        playground = playground.map(tracing::field::display),
        tls = settings.tls.is_some(),
        callers = who(secrets, settings),
        policies = found.version,
        version = env!("CARGO_PKG_VERSION"),
        "listening"
    );
    let guarded = !secrets.is_empty() || settings.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    if !address.ip().is_loopback() && !guarded {
        tracing::warn!(
            %address,
            "the address is open to other machines, and everybody may call: set a secret (SPANMASK_SECRET) or mutual TLS"
        );
    }
    if !address.ip().is_loopback() && settings.tls.is_none() {
        tracing::warn!(%address, "the address is open to other machines, and bodies cross the network as they are: set TLS");
    }
    if let Some(address) = playground.filter(|address| !address.ip().is_loopback()) {
        tracing::warn!(
            %address,
            "the playground is open to other machines, and what people paste crosses the network as it is: \
             have it listen on 127.0.0.1, and reach it through a tunnel (ssh -L, kubectl port-forward)"
        );
    }
    if settings.dry_run {
        tracing::warn!("dry run: bodies are answered unchanged");
    }
    found.warnings.iter().for_each(|warning| tracing::warn!(warning, "policies"));
    Ok(())
}

/// What the system tells the service.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> Result<Self, ServeError> {
        let listen = |kind| signal(kind).map_err(ServeError::run);
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Until it shall end; hands on that files shall be read anew.
    async fn wait(mut self, told: &Notify) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => told.notify_one(),
            }
        }
    }
}
