//! The service as a process, and a caller that sends what it is told, byte for byte.

pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};
use spanmask::Policy;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

/// What Langfuse's worker sends along.
pub(crate) const WORKER: &str = "Host: mask\r\nContent-Type: application/json\r\nX-Langfuse-Org-Id: org-1\r\n\
    X-Langfuse-Project-Id: clx-1\r\nconnection: keep-alive\r\naccept: */*\r\naccept-encoding: gzip, deflate\r\n";

/// A value that the default policy masks, and that must be nowhere but in what is sent.
pub(crate) const CANARY: &str = "canary.q4711q@example.com";

pub(crate) fn body(text: &str) -> Vec<u8> {
    format!("[{{\"note\":{text:?}}}]").into_bytes()
}

/// The default policy, and its image. It takes the best part of a second to compile.
static DEFAULT: LazyLock<(Policy, Vec<u8>)> = LazyLock::new(|| {
    let policy = Policy::preset("default").unwrap();
    let image = policy.save().unwrap();
    (policy, image)
});

/// What the default policy makes of it.
pub(crate) fn masked(input: &[u8]) -> Vec<u8> {
    let mut text = input.to_vec();
    DEFAULT.0.masker().mask_vec(&mut text).unwrap();
    text
}

/// A large body: an array of so many objects, each with the canary and some text that stays.
pub(crate) fn large(objects: usize) -> Vec<u8> {
    let filler = "nothing to see here, ".repeat(40);
    let one = format!("{{\"note\":\"{CANARY}\",\"text\":\"{filler}\"}}");
    format!("[{}]", vec![one; objects].join(",")).into_bytes()
}

/// A directory with settings in it, and how the command is started there. Nothing is ever too slow unless the settings say so:
/// the machine may be busy.
pub(crate) struct Setup {
    pub(crate) place: TempDir,
    settings: String,
    env: Vec<(String, String)>,
    shell: Option<String>,
}

impl Setup {
    pub(crate) fn new(settings: &str) -> Self {
        let settings =
            [("listen:", "127.0.0.1:0"), ("timeouts:", "{ stall: 1h, request: 1h, shutdown: 1h }")]
                .iter()
                .filter(|(name, _)| !settings.lines().any(|line| line.starts_with(name)))
                .fold(settings.to_owned(), |settings, (name, value)| format!("{settings}\n{name} {value}"));
        Self { place: TempDir::new().unwrap(), settings, env: Vec::new(), shell: None }
    }

    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.place.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it by a shell, with `$@` for the command: for limits.
    pub(crate) fn shell(mut self, script: &str) -> Self {
        self.shell = Some(script.to_owned());
        self
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        std::fs::write(self.place.path().join("settings.yaml"), &self.settings).unwrap();
        let program = env!("CARGO_BIN_EXE_spanmask");
        let mut command = match &self.shell {
            None => Command::new(program),
            Some(script) => {
                let mut command = Command::new("sh");
                command.args(["-c", script, "sh", program]);
                command
            }
        };
        command.args(["serve", "--config", "settings.yaml"]).args(args).current_dir(self.place.path());
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("SPANMASK") || name.starts_with("OTEL"))
        {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn start(self) -> Service {
        let mut child = self.command(&[]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let [address, admin, playground] = addresses(&mut lines, &log);
        let (address, admin) = (address.unwrap(), admin.unwrap());
        let reader = thread::spawn({
            let log = log.clone();
            move || {
                let mut line = String::new();
                while lines.read_line(&mut line).unwrap() > 0 {
                    log.lock().unwrap().push_str(&line);
                    line.clear();
                }
            }
        });
        Service { child, address, admin, playground, log, reader: Some(reader), setup: self }
    }

    /// Runs it to its end: what it wrote, and its exit code.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

fn addresses(lines: &mut BufReader<ChildStderr>, log: &Mutex<String>) -> [Option<SocketAddr>; 3] {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it did not start: {}", log.lock().unwrap());
        log.lock().unwrap().push_str(&line);
        let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if entry["message"] == "listening" {
            return ["address", "admin", "playground"]
                .map(|name| Some(entry[name].as_str()?.parse().unwrap()));
        }
    }
}

/// A service that runs.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) playground: Option<SocketAddr>,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    pub(crate) setup: Setup,
}

impl Service {
    /// With the default policy as an image, so that it begins at once: where no policy is set ([`Setup::start`]), it compiles that.
    pub(crate) fn start(settings: &str) -> Self {
        let settings = format!("{settings}\npolicies: default.image");
        Setup::new(&settings).file("default.image", &DEFAULT.1).start()
    }

    pub(crate) fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).unwrap())
    }

    /// Posts a body as the worker does, on a connection of its own.
    pub(crate) fn post(&self, body: &[u8]) -> Reply {
        self.connect().post(WORKER, body)
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        let mut client = Client::new(TcpStream::connect(self.admin).unwrap());
        client.send(format!("GET {path} HTTP/1.1\r\nHost: mask\r\n\r\n").as_bytes());
        client.reply()
    }

    /// All metrics, by name and labels.
    pub(crate) fn metrics(&self) -> BTreeMap<String, f64> {
        let text = self.get("/metrics").text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').unwrap();
                (name.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    pub(crate) fn metric(&self, name: &str) -> f64 {
        self.metrics().get(name).copied().unwrap_or_default()
    }

    pub(crate) fn outcome(&self, outcome: &str) -> f64 {
        self.metric(&format!("spanmask_requests_total{{outcome=\"{outcome}\"}}"))
    }

    /// Waits until a metric has this value. A counter that has passed it never will.
    #[track_caller]
    pub(crate) fn until(&self, name: &str, value: f64) {
        loop {
            let now = self.metric(name);
            assert!(now <= value || !name.contains("_total"), "{name} is {now}, not {value}");
            if now == value {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a metric that only grows has come to this value.
    pub(crate) fn until_at_least(&self, name: &str, value: f64) {
        while self.metric(name) < value {
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn until_logged(&self, words: &str) {
        while !self.log().contains(words) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.setup.place.path().join(name), text).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Has it stand still, until `Signal::CONT`.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
        let status = format!("/proc/{}/status", self.child.id());
        while !std::fs::read_to_string(&status).unwrap().contains("State:\tT") {
            thread::yield_now();
        }
    }

    /// Its resident memory at most so far, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Ends it, and gives back how it ended and all that it logged.
    pub(crate) fn stop(self, signal: Signal) -> (ExitStatus, String) {
        self.signal(signal);
        self.wait()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }

    /// The end of a test in which nothing unmasked may have been logged, and no bug shown.
    pub(crate) fn end(self) -> String {
        let metrics = self.get("/metrics").text();
        let (status, log) = self.stop(Signal::TERM);
        assert!(status.success(), "{log}");
        for text in [&log, &metrics] {
            assert!(!text.contains("canary") && !text.contains("q4711q"), "{text}");
        }
        assert!(!log.contains("internal error"), "{log}");
        log
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection.
pub(crate) struct Client<S> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    #[track_caller]
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).unwrap();
    }

    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes).and_then(|()| self.stream.get_mut().flush())
    }

    pub(crate) fn chunk(&mut self, bytes: &[u8]) {
        self.send(&chunk(bytes));
    }

    /// Posts to `/mask`, its length said.
    pub(crate) fn post(&mut self, headers: &str, body: &[u8]) -> Reply {
        self.post_to("/mask", headers, body)
    }

    pub(crate) fn post_to(&mut self, path: &str, headers: &str, body: &[u8]) -> Reply {
        self.send(
            format!("POST {path} HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
        );
        self.send(body);
        self.reply()
    }

    /// Begins to post, in chunks.
    pub(crate) fn begin_chunks(&mut self, headers: &str) {
        self.send(format!("POST /mask HTTP/1.1\r\n{headers}Transfer-Encoding: chunked\r\n\r\n").as_bytes());
    }

    /// The next answer, as much of it as comes.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        self.try_reply().unwrap()
    }

    /// Status and headers.
    fn head(&mut self) -> std::io::Result<(u16, BTreeMap<String, String>)> {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if line == "\r\n" {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        let headers = head[1..].iter().map(|line| line.split_once(": ").unwrap());
        Ok((status, headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect()))
    }

    /// The other side: a request, its first line and its body.
    pub(crate) fn request(&mut self) -> (String, Vec<u8>) {
        let (mut first, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if first.is_empty() {
                first = line.trim_end().to_owned();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (first, body)
    }

    /// The status of an answer, whose body is left where it is.
    pub(crate) fn reply_head(&mut self) -> u16 {
        self.head().unwrap().0
    }

    /// An answer that is too large to hold: its status, its length, whether it is whole, and whether it has this text.
    pub(crate) fn reply_counted(&mut self, text: &str) -> (u16, usize, bool, bool) {
        let status = self.reply_head();
        let (mut len, mut found, mut tail) = (0, false, Vec::new());
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let Ok(size) = usize::from_str_radix(line.trim_end(), 16) else {
                return (status, len, false, found);
            };
            let mut piece = vec![0; size + 2];
            self.stream.read_exact(&mut piece).unwrap();
            if size == 0 {
                return (status, len, true, found);
            }
            tail.extend(&piece[..size]);
            found |= str::from_utf8(&tail).unwrap().contains(text);
            tail.drain(..tail.len().saturating_sub(text.len()));
            len += size;
        }
    }

    pub(crate) fn try_reply(&mut self) -> std::io::Result<Reply> {
        let (status, headers) = self.head()?;
        let mut body = Vec::new();
        let whole = match headers.get("content-length") {
            Some(length) => {
                let length = length.parse::<usize>().unwrap();
                let _ = (&mut self.stream).take(length as u64).read_to_end(&mut body);
                body.len() == length
            }
            None => self.chunks(&mut body).is_some(),
        };
        Ok(Reply { status, headers, body, whole })
    }

    /// Reads chunks; `None` when the last one does not come.
    fn chunks(&mut self, body: &mut Vec<u8>) -> Option<()> {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).ok()?;
            let size = usize::from_str_radix(line.strip_suffix("\r\n")?, 16).ok()?;
            let from = body.len();
            body.resize(from + size, 0);
            let mut end = [0; 2];
            let mut at = from;
            while at < body.len() {
                match self.stream.read(&mut body[at..]) {
                    Ok(count) if count > 0 => at += count,
                    _ => {
                        body.truncate(at);
                        return None;
                    }
                }
            }
            self.stream.read_exact(&mut end).ok()?;
            if size == 0 {
                return Some(());
            }
        }
    }

    /// What comes back when HTTP is spoken where TLS is.
    pub(crate) fn try_reply_to_plain(&mut self) -> std::io::Result<Reply> {
        self.try_send(b"GET /healthz HTTP/1.1\r\nHost: mask\r\n\r\n")?;
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer)?;
        // At most an alert of TLS.
        assert!(!answer.starts_with(b"HTTP"));
        Err(std::io::ErrorKind::InvalidData.into())
    }

    /// Nothing comes any more.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.stream.fill_buf(), Ok([]) | Err(_))
    }
}

impl Client<TcpStream> {
    pub(crate) fn try_clone(&self) -> TcpStream {
        self.stream.get_ref().try_clone().unwrap()
    }

    /// Posts a body that is larger than what connections hold on their way: it is read while it is sent, as Node's fetch does.
    /// What cannot be sent is left out.
    #[track_caller]
    pub(crate) fn post_large(&mut self, headers: &str, body: &[u8]) -> Reply {
        self.try_post_large(headers, body).unwrap()
    }

    /// The same; `None` when no answer begins.
    pub(crate) fn try_post_large(&mut self, headers: &str, body: &[u8]) -> Option<Reply> {
        let head = format!("POST /mask HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        let mut sending = self.try_clone();
        thread::scope(|scope| {
            scope.spawn(move || {
                let _ = sending.write_all(head.as_bytes()).and_then(|()| sending.write_all(body));
            });
            self.try_reply().ok()
        })
    }

    /// The same in chunks of so many bytes.
    pub(crate) fn post_chunked(&mut self, headers: &str, body: &[u8], size: usize) -> Reply {
        self.post_pieces(headers, body.chunks(size).map(<[u8]>::to_vec))
    }

    /// The same in chunks, as many as `pieces` gives.
    pub(crate) fn post_pieces(
        &mut self,
        headers: &str,
        pieces: impl Iterator<Item = Vec<u8>> + Send,
    ) -> Reply {
        self.begin_chunks(headers);
        let mut sending = self.try_clone();
        thread::scope(|scope| {
            scope.spawn(move || {
                for piece in pieces {
                    if sending.write_all(&chunk(&piece)).is_err() {
                        return;
                    }
                }
                let _ = sending.write_all(b"0\r\n\r\n");
            });
            self.reply()
        })
    }
}

pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend(bytes);
    chunk.extend(b"\r\n");
    chunk
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// It came to its end.
    pub(crate) whole: bool,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// It is whole and has this body.
    #[track_caller]
    pub(crate) fn is(&self, body: &[u8]) {
        assert_eq!((self.status, self.whole), (200, true), "{}", String::from_utf8_lossy(&self.body));
        assert!(self.body == body, "{} bytes came, {} should", self.body.len(), body.len());
    }

    /// It says no, with this status and words, and nothing of the input.
    #[track_caller]
    pub(crate) fn fails(&self, status: u16, words: &str) {
        let text = self.text();
        assert_eq!((self.status, self.whole), (status, true), "{text}");
        assert!(text.contains(words), "{words:?} is not in {text}");
        assert!(!text.contains("canary") && !text.contains("q4711q"), "{text}");
    }
}
