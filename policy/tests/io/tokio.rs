//! The adapters for tokio.

use spanmask::io::tokio::{Reader, Writer};
use spanmask::{Policy, Stream, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PLAIN: &[u8] = br#"{"a":["john@example.com","x"]}"#;
const MASKED: &[u8] = br#"{"a":["[REDACTED_EMAIL]","x"]}"#;

fn stream() -> Stream {
    let options = StreamOptions { window: 64, ..StreamOptions::default() };
    Policy::preset("default").unwrap().stream_with(&options)
}

#[tokio::test]
async fn what_is_read_is_masked() {
    let mut masked = Vec::new();
    let input = PLAIN.repeat(20);
    Reader::new(stream(), &input[..]).read_to_end(&mut masked).await.unwrap();
    assert_eq!(masked, MASKED.repeat(20));
}

#[tokio::test]
async fn what_is_written_is_masked() {
    let (inner, mut behind) = tokio::io::duplex(7);
    let mut writer = Writer::new(stream(), inner);
    let read = tokio::spawn(async move {
        let mut masked = Vec::new();
        behind.read_to_end(&mut masked).await.map(|_| masked)
    });
    for byte in PLAIN.repeat(20) {
        writer.write_all(&[byte]).await.unwrap();
    }
    writer.shutdown().await.unwrap();
    assert_eq!(writer.stream().report().count("EMAIL"), 20);
    drop(writer);
    assert_eq!(read.await.unwrap().unwrap(), MASKED.repeat(20));
}

#[tokio::test]
async fn a_writer_that_is_dropped_writes_nothing_unmasked() {
    let mut written = Vec::new();
    let mut writer = Writer::new(stream(), &mut written);
    writer.write_all(br#"["john@example.com"#).await.unwrap();
    writer.flush().await.unwrap();
    drop(writer);
    assert_eq!(written, b"[");
}

#[tokio::test]
async fn what_is_refused_is_invalid_data() {
    let mut masked = Vec::new();
    let error = Reader::new(stream(), &b"[1,]"[..]).read_to_end(&mut masked).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(error.to_string(), "unexpected byte at byte 3");
}
