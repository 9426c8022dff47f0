//! TLS, and certificates of callers. Read again when the files change: what cannot be used is told, and the old ones stay.

use crate::error::ServeError;
use crate::policies::Stamps;
use crate::settings::Tls;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// Makes TLS of connections.
pub(crate) struct Acceptor {
    files: Tls,
    current: RwLock<TlsAcceptor>,
}

impl Acceptor {
    /// Reads the files; notes them in `stamps`.
    pub(crate) fn new(files: &Tls, stamps: &mut Stamps) -> Result<Self, ServeError> {
        let current = read(files, stamps).map_err(ServeError::settings)?;
        Ok(Self { files: files.clone(), current: RwLock::new(current) })
    }

    /// For the next connection.
    pub(crate) fn now(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again.
    pub(crate) fn reload(&self, stamps: &mut Stamps) {
        match read(&self.files, stamps) {
            Ok(new) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
                tracing::info!("certificates taken");
            }
            Err(problem) => tracing::error!(problem, "certificates not taken; those in use stay"),
        }
    }
}

fn read(files: &Tls, stamps: &mut Stamps) -> Result<TlsAcceptor, String> {
    let all = [&files.certificate, &files.key].into_iter().chain(&files.client_ca);
    all.for_each(|file| stamps.note(file));
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| format!("{}: no private key: {error}", files.key.display()))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => builder.with_client_cert_verifier(verifier(file)?),
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("{}: {error}", files.certificate.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let no_certificate = |why: String| format!("{}: no certificate: {why}", file.display());
    let all = CertificateDer::pem_file_iter(file).map_err(|error| no_certificate(error.to_string()))?;
    let all = all.collect::<Result<Vec<_>, _>>().map_err(|error| no_certificate(error.to_string()))?;
    if all.is_empty() { Err(no_certificate("there is none in the file".to_owned())) } else { Ok(all) }
}

fn verifier(file: &Path) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, String> {
    let cannot = |error: String| format!("{}: no authority for clients: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| cannot(error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    verifier.build().map_err(|error| cannot(error.to_string()))
}
