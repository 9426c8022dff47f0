//! By the libraries of OpenTelemetry, which read the variables of its specification (`OTEL_…`).

use super::About;
use crate::error::ServeError;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span as SdkSpan, SpanData};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// The name of what it instruments.
const SCOPE: &str = "spanmask";
/// That of the service, unless OTEL_SERVICE_NAME says another.
const SERVICE: &str = "spanmask";

/// Where spans are made and sent from; `None`: no endpoint is set.
pub(crate) struct Spans(Option<(SdkTracerProvider, SdkTracer)>);

/// A call under way.
pub(crate) struct Span(Option<SdkSpan>);

impl Spans {
    /// Begins when an endpoint is set; to be called within the runtime that shall send.
    pub(crate) fn begin() -> Result<Self, ServeError> {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !set("OTEL_EXPORTER_OTLP_ENDPOINT") && !set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            return Ok(Self(None));
        }
        let inner = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build();
        let inner = inner
            .map_err(|error| ServeError::settings(format_args!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}")))?;
        let exporter = OnRuntime { inner: Arc::new(inner), runtime: Handle::current() };
        let mut resource = Resource::builder();
        if !set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name(SERVICE);
        }
        let resource =
            resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer(SCOPE);
        Ok(Self(Some((provider, tracer))))
    }

    pub(crate) fn start(&self) -> Span {
        let start = |(_, tracer): &(_, SdkTracer)| {
            tracer.span_builder("POST /mask").with_kind(SpanKind::Server).start(tracer)
        };
        Span(self.0.as_ref().map(start))
    }

    /// Sends what waits.
    pub(crate) async fn end(&self) {
        let Some((provider, _)) = &self.0 else { return };
        let provider = provider.clone();
        // It waits for its own thread, which waits for this runtime.
        let ended =
            tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(Duration::from_secs(5))).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

impl Span {
    pub(crate) fn end(&mut self, about: &About<'_>) {
        let Some(mut span) = self.0.take() else { return };
        let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        span.set_attribute(KeyValue::new("spanmask.outcome", about.outcome));
        span.set_attribute(KeyValue::new("spanmask.policy", about.policy.to_owned()));
        span.set_attribute(KeyValue::new("http.request.body.size", size(about.received)));
        span.set_attribute(KeyValue::new("http.response.body.size", size(about.sent)));
        if about.failed {
            span.set_status(Status::error(about.outcome));
        }
        span.end();
    }
}

/// Exports in a runtime: the thread of the library that collects spans has none, and its client needs one.
#[derive(Debug)]
struct OnRuntime {
    inner: Arc<SpanExporter>,
    runtime: Handle,
}

impl opentelemetry_sdk::trace::SpanExporter for OnRuntime {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let inner = self.inner.clone();
        let exported = self.runtime.spawn(async move { inner.export(batch).await }).await;
        exported.map_err(|_| OTelSdkError::InternalFailure("the runtime has ended".to_owned()))?
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.set_resource(resource);
        }
    }
}
