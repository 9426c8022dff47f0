//! Who may call.

use crate::support::*;

const ONE: &str = "0123456789abcdef";
const TWO: &str = "another-secret_of.mine~2";

fn input() -> Vec<u8> {
    body(CANARY)
}

#[test]
fn a_secret_in_the_path_or_the_query() {
    let service = Setup::new("access: { secret_files: [secrets] }")
        .file("secrets", format!("{TWO}\n"))
        .env("SPANMASK_SECRET", ONE)
        .start();
    let mut client = service.connect();
    for path in [format!("/mask/{ONE}"), format!("/mask/{TWO}"), format!("/mask?secret={ONE}")] {
        client.post_to(&path, WORKER, &input()).is(&masked(&input()));
    }
    let mut wrong = 0.0;
    for path in ["/mask", "/mask/", "/mask/0123456789abcde", "/mask?secret=", "/mask/wrong-canary-secret"] {
        // The connection ends when the body of such a call is not taken.
        let reply = service.connect().post_to(path, WORKER, &input());
        reply.fails(403, "secret");
        wrong += 1.0;
        assert_eq!(service.outcome("forbidden"), wrong);
    }
    // Health needs none.
    assert_eq!(service.get("/healthz").status, 200);
    let metrics = service.get("/metrics").text();
    let log = service.end();
    for text in [metrics, log] {
        assert!(!text.contains(ONE) && !text.contains(TWO) && !text.contains("wrong-"), "{text}");
    }
}

#[test]
fn listening_wider_than_this_machine_is_warned_about() {
    let words = "everybody may call";
    let log = Service::start("").end();
    assert!(!log.contains(words), "{log}");
    let log = Service::start("listen: 0.0.0.0:0").stop(Signal::TERM).1;
    assert!(log.contains(words) && log.contains("as they are"), "{log}");
    let log = Setup::new("listen: 0.0.0.0:0").env("SPANMASK_SECRET", ONE).start().stop(Signal::TERM).1;
    assert!(!log.contains(words), "{log}");
}

mod tls {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
    use std::net::TcpStream;
    use std::sync::Arc;

    /// An authority, and what it signs.
    struct Authority {
        issuer: Issuer<'static, KeyPair>,
        certificate: CertificateDer<'static>,
        pem: String,
    }

    impl Authority {
        fn new() -> Self {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new([]).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let certificate = params.self_signed(&key).unwrap();
            let (der, pem) = (certificate.der().clone(), certificate.pem());
            Self { issuer: Issuer::new(params, key), certificate: der, pem }
        }

        /// A certificate for localhost, and its key, as PEM and as they are.
        fn signed(&self) -> (String, String, CertificateDer<'static>, PrivateKeyDer<'static>) {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &self.issuer).unwrap();
            let der = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            (certificate.pem(), key.serialize_pem(), certificate.der().clone(), der)
        }
    }

    type Identity = Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>;

    fn connect(
        service: &Service,
        trusts: &Authority,
        who: Identity,
    ) -> Client<StreamOwned<ClientConnection, TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(trusts.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots);
        let config = match who {
            None => config.with_no_client_auth(),
            Some((certificate, key)) => config.with_client_auth_cert(vec![certificate], key).unwrap(),
        };
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Client::new(StreamOwned::new(connection, TcpStream::connect(service.address).unwrap()))
    }

    fn posts(client: &mut Client<StreamOwned<ClientConnection, TcpStream>>) -> bool {
        let input = input();
        let head = format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: {}\r\n\r\n", input.len());
        if client.try_send(head.as_bytes()).and_then(|()| client.try_send(&input)).is_err() {
            return false;
        }
        client.try_reply().map(|reply| reply.is(&masked(&input))).is_ok()
    }

    #[test]
    fn tls_with_and_without_certificates_of_callers() {
        let (ours, theirs) = (Authority::new(), Authority::new());
        let (certificate, key, ..) = ours.signed();
        let setup = |settings: &str| {
            Setup::new(settings).file("c.pem", &certificate).file("k.pem", &key).file("ca.pem", &ours.pem)
        };
        let service = setup("tls: { certificate: c.pem, key: k.pem }").start();
        assert!(posts(&mut connect(&service, &ours, None)));
        assert!(!posts(&mut connect(&service, &theirs, None)), "a caller that trusts others goes away");
        assert!(service.connect().try_reply_to_plain().is_err(), "no answer without TLS");
        assert!(posts(&mut connect(&service, &ours, None)));
        drop(service);

        let mutual = "tls: { certificate: c.pem, key: k.pem, client_ca: ca.pem }\nadmin_listen: 127.0.0.1:0";
        let service = setup(mutual).start();
        let identity = |authority: &Authority| {
            let (.., certificate, key) = authority.signed();
            Some((certificate, key))
        };
        assert!(posts(&mut connect(&service, &ours, identity(&ours))));
        assert!(!posts(&mut connect(&service, &ours, identity(&theirs))), "somebody else's certificate");
        assert!(!posts(&mut connect(&service, &ours, None)), "no certificate");
        // Probes cannot have a certificate: they have an address of their own.
        assert_eq!(service.get("/readyz").status, 200);
        service.end();
    }

    #[test]
    fn certificates_are_taken_anew_when_they_change() {
        let (old, new) = (Authority::new(), Authority::new());
        let (certificate, key, ..) = old.signed();
        let service = Setup::new("tls: { certificate: c.pem, key: k.pem }\nadmin_listen: 127.0.0.1:0")
            .file("c.pem", certificate)
            .file("k.pem", key)
            .start();
        assert!(posts(&mut connect(&service, &old, None)));
        let (certificate, key, ..) = new.signed();
        service.write("c.pem", certificate);
        service.signal(Signal::HUP);
        service.until_logged("certificates not taken");
        assert!(posts(&mut connect(&service, &old, None)), "the old ones stay until there is a whole pair");
        service.write("k.pem", key);
        service.signal(Signal::HUP);
        service.until_logged("certificates taken");
        assert!(posts(&mut connect(&service, &new, None)));
        service.end();
    }
}
