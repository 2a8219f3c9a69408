//! The steps of a suite: which of them are done, which are left, and their execution.
//!
//! A [`Plan`] lists [`Step`]s in an order in which every step follows those whose results it reads. A step is
//! plain data: the names of its inputs. Together with a [`StepContext`] it has a key (a hash of the
//! contents of all inputs), a path, and a state: it is done if the result at its path has its key.

mod context;
mod dataset;
mod evaluation;
mod outline;
mod paths;
mod report;
mod resolved;
mod step;
mod training;

pub use context::StepContext;
pub use outline::{Estimate, Outline};
pub use paths::Paths;
pub(crate) use report::{collect, draw};
pub use step::Step;

use crate::BenchError;

/// The steps of a suite, in the order of their execution.
pub struct Plan<'a> {
    context: &'a StepContext,
    steps: Vec<Step>,
}

impl<'a> Plan<'a> {
    /// Every step of the context's suite: case by case, then the report.
    pub fn new(context: &'a StepContext) -> Self {
        let suite = &context.suite;
        let mut steps = Vec::new();
        for case in &suite.cases {
            let name = || case.name.clone();
            steps.extend((0..case.samples()).map(|index| Step::Sample { case: name(), index }));
            steps.push(Step::Dataset { case: name() });
            let runs = || {
                let seeds = |surrogate: &'a crate::SurrogateSpec| surrogate.source.seeds();
                let each = suite.surrogates.iter().map(move |spec| (&spec.name, seeds(spec)));
                each.flat_map(|(name, seeds)| seeds.into_iter().map(move |seed| (name, seed)))
            };
            let training = |(surrogate, seed): (&String, Option<u64>)| {
                let surrogate = surrogate.clone();
                seed.map(|seed| Step::Training { case: name(), surrogate, seed })
            };
            steps.extend(runs().filter_map(training));
            let evaluation = |(surrogate, seed): (&String, Option<u64>)| Step::Evaluation {
                case: name(),
                surrogate: surrogate.clone(),
                seed,
            };
            steps.extend(runs().map(evaluation));
        }
        steps.push(Step::Report);
        Self { context, steps }
    }

    /// The part of the plan whose steps satisfy `is_wanted`.
    #[must_use]
    pub fn only(mut self, is_wanted: impl Fn(&Step) -> bool) -> Self {
        self.steps.retain(is_wanted);
        self
    }

    /// The steps, in the order of their execution.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Executes every step that is not done.
    ///
    /// Samples of one case are solved in parallel, trainings on one case run concurrently, and everything else runs one
    /// after the other. An interrupted plan resumes where it stopped.
    pub fn execute(&self) -> Result<(), BenchError> {
        for stage in self.steps.chunk_by(Step::is_alongside) {
            let mut open = Vec::new();
            for step in stage {
                if step.is_done(self.context)? {
                    step.say_unchanged(self.context)?;
                } else {
                    open.push(step.clone());
                }
            }
            if !open.is_empty() {
                step::run_together(&open, self.context)?;
            }
        }
        Ok(())
    }

    /// What is done and what is left, without doing any of it.
    pub fn outline(&self) -> Result<Vec<Outline>, BenchError> {
        let stages = self.steps.chunk_by(Step::is_alongside);
        let outlines = stages.map(|stage| outline::of_stage(stage, self.context));
        Ok(outlines.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}
