//! Is what an engine gave right? Asked once before it is timed.

use crate::Result;
use crate::engines::{self, Engine, Kind, Task};
use crate::inputs::{Input, langfuse};
use crate::policies::Rules;
use crate::slots::Slots;
use serde_json::Value;
use spanmask_reference::document::reference_of;

/// Texts up to this size are masked by the reference too, which is slow.
const REFERENCE: usize = 2 << 20;

/// What the output for an input and a policy must be.
pub struct Expected {
    /// Byte for byte, from the reference; only of texts that are not too long for it.
    bytes: Option<Vec<u8>>,
    /// As a value; only of policies that are nothing but expressions.
    value: Option<Value>,
    /// What must not be in it.
    planted: Vec<String>,
}

impl Expected {
    /// Works it out.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn new(input: &Input, rules: &Rules) -> Result<Self> {
        let planted = if rules.masks_emails() { planted(&input.bytes)? } else { Vec::new() };
        if rules.patterns.is_none() {
            return Ok(Self { bytes: None, value: None, planted });
        }
        if input.bytes.len() > REFERENCE {
            let mut engine = engines::named("serde-regex")?.engine(Some(rules), &input.bytes)?;
            let value = serde_json::from_slice(Slots::new(&input.bytes).once(engine.as_mut())?)?;
            return Ok(Self { bytes: None, value: Some(value), planted });
        }
        let bytes = reference(rules, &input.bytes)?;
        Ok(Self { value: Some(serde_json::from_slice(&bytes)?), bytes: Some(bytes), planted })
    }
}

fn reference(rules: &Rules, text: &[u8]) -> Result<Vec<u8>> {
    let outcome = spanmask_reference::mask(&reference_of(&rules.document), text, true);
    Ok(outcome.map_err(|refused| format!("the reference refuses the text at {}", refused.offset))?.output)
}

/// The planted texts that the input really holds.
fn planted(text: &[u8]) -> Result<Vec<String>> {
    let text = str::from_utf8(text)?;
    Ok(langfuse::planted()?.into_iter().filter(|planted| text.contains(planted)).collect())
}

/// Asks an engine for its answer to the input of `slots`, and judges it.
///
/// # Errors
/// What is wrong, in one sentence.
pub fn check(
    kind: &Kind,
    engine: &mut dyn Engine,
    slots: &mut Slots<'_>,
    expected: Option<&Expected>,
) -> Result<()> {
    match kind.task {
        Task::Copy => unchanged(engine, slots),
        Task::Check => unchanged(engine, slots).and_then(|()| refuses(engine, slots)),
        Task::Parse => slots.once(engine).map(drop).and_then(|()| refuses(engine, slots)),
        Task::Search => slots.once(engine).map(drop),
        Task::Mask | Task::MaskByLibrary | Task::MaskByParsing | Task::MaskElsewhere => {
            let expected = expected.ok_or("nothing to compare with")?;
            masked(kind.task, slots.once(engine)?, expected)
        }
    }
}

fn unchanged(engine: &mut dyn Engine, slots: &mut Slots<'_>) -> Result<()> {
    let input = slots.input();
    if slots.once(engine)? == input { Ok(()) } else { Err("the text is not as it was".into()) }
}

fn refuses(engine: &mut dyn Engine, slots: &mut Slots<'_>) -> Result<()> {
    if slots.refuses_part(engine) { Ok(()) } else { Err("it accepts what is not JSON".into()) }
}

fn masked(task: Task, output: &[u8], expected: &Expected) -> Result<()> {
    let text = str::from_utf8(output)?;
    if expected.planted.iter().any(|planted| text.contains(planted)) {
        return Err("something planted is still there".into());
    }
    let value: Value = serde_json::from_str(text)?;
    if expected.value.as_ref().is_some_and(|expected| !same(expected, &value)) {
        return Err("its values are not those that the reference gives".into());
    }
    if matches!(task, Task::Mask | Task::MaskByLibrary)
        && expected.bytes.as_ref().is_some_and(|expected| expected != output)
    {
        return Err("its bytes are not those that the reference gives".into());
    }
    Ok(())
}

/// Whether two values are the same; JSON inside strings may be written in different ways.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b || same_nested(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => a == b || close(a.as_f64(), b.as_f64()),
        _ => a == b,
    }
}

fn same_nested(a: &str, b: &str) -> bool {
    let parse = |text| serde_json::from_str::<Value>(text).ok();
    parse(a).zip(parse(b)).is_some_and(|(a, b)| same(&a, &b))
}

/// Parsers may round in different ways.
fn close(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= a.abs() * 1e-12)
}
