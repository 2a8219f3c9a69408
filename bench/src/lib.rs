//! The experiment: cases, metrics, rollouts and the command line.
