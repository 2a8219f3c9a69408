//! Weights that other programs trained.

mod fno; // tensor names and layouts of Li et al.'s scripts and of neuraloperator
mod ifactformer; // tensor names of IFactFormer's released code
mod program; // the programs whose weights can be read
mod state_dict; // a safetensors file of named tensors

pub use program::Program;
