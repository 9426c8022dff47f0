//! Policies as images.

use spanmask::{Fault, Policy, WriteError, presets};
use std::time::Instant;

#[test]
fn presets_load_again() {
    for name in presets::names() {
        let image = Policy::preset(name).unwrap().save().unwrap();
        let start = Instant::now();
        let loaded = Policy::load(&image);
        println!("{name}: {} bytes, {:?}", image.len(), start.elapsed());
        assert!(loaded.unwrap().save().unwrap() == image);
    }
}

#[test]
fn an_image_may_lie_anywhere() {
    let image = Policy::preset("langfuse-docs").unwrap().save().unwrap();
    for shift in 0..8 {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(&image);
        assert!(Policy::load(&bytes[shift..]).unwrap().save().unwrap() == image);
    }
    let leaked: &'static [u8] = Box::leak([&[0], &image[..]].concat().into_boxed_slice());
    let fault = |bytes| Policy::load_static(bytes).map(drop).map_err(|error| error.fault);
    // The allocator gives out at least this alignment, so one of both is misaligned.
    assert_eq!(fault(&leaked[1..]), Err(Fault::Alignment));
}

#[test]
fn keys_are_written_only_when_asked_for() {
    let policy = Policy::from_json(
        r#"{"version":1,"rules":[{"id":"A","keys":["name"],"hash":{"key":"sesame opens","length":20}}]}"#,
    )
    .unwrap();
    assert_eq!(policy.save(), Err(WriteError::Keys));
    let image = policy.save_with_keys().unwrap();
    let masked = |policy: &Policy| {
        let mut text = br#"{"name":"ali baba"}"#.to_vec();
        policy.masker().mask_vec(&mut text).unwrap();
        text
    };
    assert_eq!(masked(&Policy::load(&image).unwrap()), masked(&policy));
}
