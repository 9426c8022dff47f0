//! The comparison: all engines on the same bytes, one after the other, round by round, in one process.

use crate::Result;
use crate::check::{Expected, check};
use crate::engines::{self, Engine, Kind, Task};
use crate::inputs::{self, Input};
use crate::output::four_digits;
use crate::policies::{self, Rules};
use crate::slots::Slots;
use serde::Serialize;

/// What to compare. An empty list stands for what is usual.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Fewer inputs and fewer rounds: under a minute.
    pub quick: bool,
    /// Inputs by name.
    pub inputs: Vec<String>,
    /// Policies by name.
    pub policies: Vec<String>,
    /// Engines by name.
    pub engines: Vec<String>,
}

/// How fast one engine was on one input.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The input.
    pub input: &'static str,
    /// The policy, `-` for engines without one.
    pub policy: &'static str,
    /// The engine.
    pub engine: &'static str,
    /// The length of the input.
    pub bytes: usize,
    /// The median over the rounds, in millions of bytes a second.
    #[serde(serialize_with = "four_digits")]
    pub mb_per_s: f64,
    /// Its speed, by that of copying the same bytes in the same run.
    #[serde(serialize_with = "four_digits")]
    pub memcpy_ratio: f64,
    /// Whether its answer was right.
    pub checked: bool,
}

/// Left out of a quick run unless asked for.
const SLOW: [&str; 5] =
    ["synthetic-16mb-none", "synthetic-64kb-none", "synthetic-64kb-high", "langfuse-64kb", "style-plain-1mb"];

/// Inputs that all policies are tried on; others see the presets only.
const ALL_POLICIES: [&str; 2] = ["langfuse-1mb", "synthetic-1mb-low"];
/// The longest texts for engines that need seconds for more.
const MEDIUM: usize = 1 << 20;
const PRESETS: [&str; 2] = ["langfuse-docs", "default"];

/// Compares, and hands out rows input by input.
///
/// # Errors
/// For names that are not known, and when an engine fails while it is timed.
pub fn run(options: &Options, on_row: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
    let engines = options.engines.iter().map(|name| engines::named(name)).collect::<Result<Vec<_>>>()?;
    let policies: Vec<&str> = match options.policies.is_empty() {
        true => policies::names().to_vec(),
        false => options.policies.iter().map(String::as_str).collect(),
    };
    let rules = policies.into_iter().map(Rules::named).collect::<Result<Vec<_>>>()?;
    let names: Vec<&str> = match options.inputs.is_empty() {
        true => inputs::names().filter(|name| !(options.quick && SLOW.contains(name))).collect(),
        false => options.inputs.iter().map(String::as_str).collect(),
    };
    let plan = Plan { options, engines, rules };
    names.into_iter().try_for_each(|name| plan.input(&inputs::build(name)?, on_row))
}

struct Plan<'o> {
    options: &'o Options,
    engines: Vec<Kind>,
    rules: Vec<Rules>,
}

struct Contender {
    kind: Kind,
    policy: &'static str,
    engine: Box<dyn Engine>,
    checked: bool,
    seconds: Vec<f64>,
}

impl Plan<'_> {
    fn input(&self, input: &Input, on_row: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let mut slots = Slots::new(&input.bytes);
        let mut contenders = self.contenders(input, &mut slots)?;
        Rounds::of(self.options.quick).time(&mut slots, &mut contenders)?;
        let memcpy =
            contenders.iter().find(|c| c.kind.task == Task::Copy).map_or(f64::NAN, Contender::median);
        for contender in contenders.iter().filter(|c| self.wants(&c.kind)) {
            on_row(contender.row(input, memcpy))?;
        }
        Ok(())
    }

    fn wants(&self, kind: &Kind) -> bool {
        self.engines.is_empty() || self.engines.iter().any(|wanted| wanted.name == kind.name)
    }

    /// Memcpy is always one of them.
    fn contenders(&self, input: &Input, slots: &mut Slots<'_>) -> Result<Vec<Contender>> {
        let wanted = |kind: &&Kind| kind.task == Task::Copy || self.wants(kind);
        let (masking, reading): (Vec<&Kind>, Vec<&Kind>) =
            engines::ALL.iter().filter(wanted).partition(|k| k.masks());
        let mut contenders = Vec::new();
        for kind in reading {
            contenders.push(contender(kind, None, input, slots, None)?);
        }
        for rules in self.rules.iter().filter(|rules| self.tries(input, rules)) {
            let expected = Expected::new(input, rules)?;
            for kind in masking.iter().filter(|kind| kind.can(rules) && !self.skips(kind, rules, input)) {
                match contender(kind, Some(rules), input, slots, Some(&expected)) {
                    Err(error) if kind.elsewhere() => {
                        eprintln!("SKIP: {} with {}: {error}", kind.name, rules.name)
                    }
                    contender => contenders.push(contender?),
                }
            }
        }
        Ok(contenders)
    }

    /// Policies that were asked for are tried on every input.
    fn tries(&self, input: &Input, rules: &Rules) -> bool {
        !self.options.policies.is_empty()
            || ALL_POLICIES.contains(&input.name)
            || PRESETS.contains(&rules.name)
    }

    /// What would only cost time: slow engines on long texts. In a quick run, other maskers show what they can with the
    /// rules of the documentation on two inputs, unless they were asked for.
    fn skips(&self, kind: &Kind, rules: &Rules, input: &Input) -> bool {
        let (long, first) = (input.bytes.len() > MEDIUM, rules.name == PRESETS[0]);
        if matches!(kind.task, Task::Mask | Task::MaskByLibrary) {
            return self.options.quick && long && !first && self.options.policies.is_empty();
        }
        let elsewhere = kind.elsewhere() && input.name != ALL_POLICIES[0];
        let quick = self.options.quick && self.engines.is_empty();
        long && kind.elsewhere() || quick && (!first || elsewhere || !ALL_POLICIES.contains(&input.name))
    }
}

fn contender(
    kind: &Kind,
    rules: Option<&Rules>,
    input: &Input,
    slots: &mut Slots<'_>,
    expected: Option<&Expected>,
) -> Result<Contender> {
    let mut engine = kind.engine(rules, &input.bytes)?;
    let policy = rules.map_or("-", |rules| rules.name);
    let checked = check(kind, engine.as_mut(), slots, expected);
    if let Err(error) = &checked {
        eprintln!("{} with {policy} on {}: {error}", kind.name, input.name);
    }
    Ok(Contender { kind: *kind, policy, engine, checked: checked.is_ok(), seconds: Vec::new() })
}

impl Contender {
    fn median(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn row(&self, input: &Input, memcpy: f64) -> Row {
        let (seconds, bytes) = (self.median(), input.bytes.len());
        Row {
            input: input.name,
            policy: self.policy,
            engine: self.kind.name,
            bytes,
            mb_per_s: bytes as f64 / seconds / 1e6,
            memcpy_ratio: memcpy / seconds,
            checked: self.checked,
        }
    }
}

/// How long to measure.
struct Rounds {
    seconds: f64,
    least: usize,
    most: usize,
}

impl Rounds {
    const fn of(quick: bool) -> Self {
        match quick {
            true => Self { seconds: 0.1, least: 3, most: 61 },
            false => Self { seconds: 1.0, least: 7, most: 301 },
        }
    }

    /// The slow ones take part in fewer rounds, spread over all of them.
    fn time(&self, slots: &mut Slots<'_>, contenders: &mut [Contender]) -> Result<()> {
        let mut shares = Vec::with_capacity(contenders.len());
        for contender in &mut *contenders {
            let seconds = slots.time(contender.engine.as_mut())? * slots.copies() as f64;
            shares.push(((self.seconds / seconds) as usize).clamp(self.least, self.most));
        }
        let rounds = shares.iter().copied().max().unwrap_or(0);
        for round in 0..rounds {
            for (contender, share) in contenders.iter_mut().zip(&shares) {
                if round * share / rounds != (round + 1) * share / rounds {
                    contender.seconds.push(slots.time(contender.engine.as_mut())?);
                }
            }
        }
        Ok(())
    }
}
