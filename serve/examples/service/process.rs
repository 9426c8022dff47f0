//! Servers as processes, on addresses of this machine.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Ends when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn spanmask(program: &str, policies: &str) -> Self {
        let address = free();
        let mut command = Command::new(program);
        command.args([
            "serve",
            "--listen",
            &address.to_string(),
            "--policies",
            policies,
            "--log-level",
            "warn",
        ]);
        // As in deploy/.
        command.env("MALLOC_ARENA_MAX", "2");
        Self::start(command, address)
    }

    pub(crate) fn fastapi(python: &str) -> Self {
        let address = free();
        let mut command = Command::new(python);
        command.args(["-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--port"]);
        command.args([
            &address.port().to_string(),
            "--app-dir",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/service"),
        ]);
        command.arg("app:app");
        Self::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> Self {
        let child = command.stdout(Stdio::null()).spawn().expect("it starts");
        let mut server = Self { child, address };
        while TcpStream::connect(address).is_err() {
            assert!(matches!(server.child.try_wait(), Ok(None)), "it runs");
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    }

    /// Requests that had no masked answer, by its metrics.
    pub(crate) fn failed(&self) -> u64 {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: mask\r\nConnection: close\r\n\r\n")
            .expect("it listens");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("metrics are text");
        let counts = text
            .lines()
            .filter(|line| line.starts_with("spanmask_requests_total") && !line.contains("\"masked\""));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free() -> SocketAddr {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    taken.expect("there is a free port")
}
