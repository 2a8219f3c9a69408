//! The steps of a suite: which of them are done, which are left, and their execution.
//!
//! A [`Plan`] lists [`Step`]s in an order in which every step follows those whose results it reads. A step is
//! plain data: the names of its inputs. Together with a [`StepContext`] it has a key (a hash of the
//! contents of all inputs), a path, and a state: it is done if the result at its path has its key.

mod certificate;
mod collection;
mod context;
mod dataset;
mod evaluation;
mod failure;
mod history;
mod outline;
mod paths;
mod queue;
mod report;
mod resolved;
mod step;
mod timing;
mod training;

pub use context::StepContext;
pub use failure::Failure;
pub use outline::{Estimate, Outline};
pub use paths::Paths;
pub(crate) use report::{collect, draw};
pub use step::Step;

use crate::BenchError;
use failure::ends_plan;

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
                let of = |spec: &'a crate::SurrogateSpec| {
                    spec.source.seeds().into_iter().map(move |seed| (spec, seed))
                };
                suite.surrogates.iter().flat_map(of)
            };
            let training = |(spec, seed): (&crate::SurrogateSpec, Option<u64>)| {
                let is_here = spec.source.trained_on(&case.name) == case.name;
                let seed = seed.filter(|_| spec.source.is_trained() && is_here);
                let surrogate = spec.name.clone();
                seed.map(|seed| Step::Training { case: name(), surrogate, seed })
            };
            steps.extend(runs().filter_map(training));
            let evaluation = |(spec, seed): (&crate::SurrogateSpec, Option<u64>)| {
                Step::Evaluation { case: name(), surrogate: spec.name.clone(), seed }
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
    ///
    /// A training or an evaluation that fails does not end the plan, and neither does a case whose data cannot be
    /// computed if there are others. It is a row of the report with its reason, and [`BenchError::Failed`] is returned
    /// when all others are done. It is tried again the next time.
    pub fn execute(&self) -> Result<(), BenchError> {
        let mut failures: Vec<Failure> = Vec::new();
        for stage in self.steps.chunk_by(Step::is_alongside) {
            let case = stage[0].case();
            if case.is_some_and(|case| self.context.case_failure(case).is_some()) {
                continue;
            }
            let failed = match self.execute_stage(stage) {
                Err(error) if self.has_other_cases(case) && !ends_plan(&error) => {
                    self.give_up(case.unwrap_or_default(), &error)
                }
                ended => ended?,
            };
            for failure in failed {
                // An operator whose training failed cannot be evaluated either.
                if !failures.contains(&failure) {
                    failures.push(failure);
                }
            }
        }
        let _ = self.context.hashes.save(); // without it the next command computes them again
        if failures.is_empty() { Ok(()) } else { Err(BenchError::Failed { failures }) }
    }

    /// Executes those of some steps of one kind and case that are not done.
    fn execute_stage(&self, stage: &[Step]) -> Result<Vec<Failure>, BenchError> {
        stage[0].check_data(self.context)?;
        let mut open = Vec::new();
        for step in stage {
            match step.is_done(self.context) {
                Ok(true) => step.say_unchanged(self.context)?,
                // What cannot be read fails when it is executed, without the others.
                Err(error) if !step.fails_alone() => return Err(error),
                Ok(false) | Err(_) => open.push(step.clone()),
            }
        }
        if self.context.retime && open.is_empty() {
            return stage[0].time_again(self.context);
        }
        let failed = step::run_together(&open, self.context);
        self.context.say_without_locks();
        failed
    }

    /// Whether the plan has steps of cases besides this one.
    fn has_other_cases(&self, case: Option<&str>) -> bool {
        let others = self.steps.iter().filter_map(Step::case);
        case.is_some_and(|case| others.into_iter().any(|other| other != case))
    }

    /// Leaves out all further steps of a case, whose surrogates fail for the same reason.
    fn give_up(&self, case: &str, error: &BenchError) -> Vec<Failure> {
        let reason = failure::reason(error);
        self.context.progress.say(&format!("{case}: {error}"));
        self.context.fail(case, reason.clone());
        let evaluated = self.context.suite.surrogates.iter().flat_map(|spec| {
            let seeds = spec.source.seeds().into_iter();
            seeds.map(|seed| (spec.name.clone(), seed))
        });
        let failure = |(surrogate, seed)| Failure {
            case: case.to_owned(),
            surrogate,
            seed,
            reason: reason.clone(),
        };
        evaluated.map(failure).collect()
    }

    /// What is done and what is left, without doing any of it.
    pub fn outline(&self) -> Result<Vec<Outline>, BenchError> {
        let stages = self.steps.chunk_by(Step::is_alongside);
        let outlines = stages.map(|stage| outline::of_stage(stage, self.context));
        Ok(outlines.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}
