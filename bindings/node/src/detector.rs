//! Detectors that JavaScript brings. A call hands over one function that asks any of them; it is known for as long as the call
//! lasts, so nothing here keeps a JavaScript function alive.

use napi::bindgen_prelude::{FnArgs, FromNapiValue, Function, HandleScope};
use napi::{Env, JsValue, sys};
use spanmask::{Detectors, Failed, Spans};
use std::cell::Cell;

/// Asks the detector of a name about a text. Answers with starts and ends, one after the other, in UTF-16 code units; with
/// nothing when the detector failed.
pub(crate) type Ask<'a> = Function<'a, FnArgs<(String, String)>, Option<Vec<u32>>>;

thread_local! {
    /// The function of the innermost call of this thread.
    static ASK: Cell<Option<(sys::napi_env, sys::napi_value)>> = const { Cell::new(None) };
}

struct Restore(Option<(sys::napi_env, sys::napi_value)>);

impl Drop for Restore {
    fn drop(&mut self) {
        ASK.set(self.0);
    }
}

/// Does `body`, in which detectors are asked by `ask`; without one they fail.
pub(crate) fn asking<R>(ask: Option<Ask<'_>>, body: impl FnOnce() -> R) -> R {
    let _restore = Restore(ASK.replace(ask.map(|ask| (ask.value().env, ask.value().value))));
    body()
}

/// Detectors that ask JavaScript, under these names.
pub(crate) fn all(names: &[String]) -> Detectors {
    names.iter().cloned().fold(Detectors::new(), |all, name| {
        let asked = name.clone();
        all.with(name, move |text: &str, spans: &mut Spans<'_>| detect(&asked, text, spans))
    })
}

fn detect(name: &str, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed> {
    let (env, function) = ASK.get().ok_or(Failed)?;
    // A scope of its own, or a call that asks a million times would keep a million texts alive.
    let scope = HandleScope::create(&Env::from_raw(env)).map_err(|_| Failed)?;
    // SAFETY: `asking` was handed this function, in this thread, and has not returned.
    let ask = unsafe { Ask::from_napi_value(env, function) }.map_err(|_| Failed)?;
    // SAFETY: the answer is a list of numbers, no JavaScript value, so nothing of the scope is used behind it.
    let told = unsafe { scope.close(ask, |ask| ask.call((name.to_owned(), text.to_owned()).into())) };
    let told = told.ok().flatten().ok_or(Failed)?;
    let (pairs, rest) = told.as_chunks::<2>();
    let places = rest.is_empty().then(|| places(text, &told)).flatten().ok_or(Failed)?;
    let place = |units: u32| places.binary_search_by_key(&units, |(of, _)| *of).map(|at| places[at].1);
    for [start, end] in pairs {
        spans.push(place(*start).map_err(|_| Failed)?, place(*end).map_err(|_| Failed)?);
    }
    Ok(())
}

/// Where in the UTF-8 of `text` these UTF-16 places lie, in order; `None` when one lies in a character or behind the end.
fn places(text: &str, units: &[u32]) -> Option<Vec<(u32, usize)>> {
    let mut wanted = units.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut wanted = wanted.into_iter().peekable();
    let (mut found, mut unit) = (Vec::new(), 0);
    for (at, ch) in text.char_indices().chain([(text.len(), '\0')]) {
        if let Some(wanted) = wanted.next_if_eq(&unit) {
            found.push((wanted, at));
        }
        unit += ch.len_utf16() as u32;
    }
    wanted.peek().is_none().then_some(found)
}
