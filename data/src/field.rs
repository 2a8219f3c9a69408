//! Physical quantities and the array channels that hold them.

use serde::{Deserialize, Serialize};

/// The tensor rank of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// One channel.
    Scalar,
    /// One channel per spatial dimension.
    Vector,
}

/// A physical quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The field's name in files, such as `velocity`.
    pub name: String,
    /// Its tensor rank.
    pub rank: Rank,
    /// Its SI unit, such as `m/s`.
    pub unit: String,
    /// The channels' symbols in axis order, such as `u`, `v`.
    pub symbols: Vec<String>,
    /// Whether it is given and constant in time, such as a mask. Surrogates receive it, and metrics exclude it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub constant: bool,
}

impl Field {
    /// A scalar field with its symbol.
    pub fn scalar(name: &str, symbol: &str, unit: &str) -> Self {
        Self {
            name: name.into(),
            rank: Rank::Scalar,
            unit: unit.into(),
            symbols: vec![symbol.into()],
            constant: false,
        }
    }

    /// A vector field with the symbols of its components.
    pub fn vector(name: &str, symbols: &[&str], unit: &str) -> Self {
        let symbols = symbols.iter().map(ToString::to_string).collect();
        Self { name: name.into(), rank: Rank::Vector, unit: unit.into(), symbols, constant: false }
    }

    /// The same field, given and constant in time.
    #[must_use]
    pub fn constant(self) -> Self {
        Self { constant: true, ..self }
    }
}

/// One channel of a state: a component of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its symbol, such as `u`.
    pub symbol: String,
    /// Its field's name.
    pub field: String,
    /// Its field's unit.
    pub unit: String,
    /// Its axis, for a vector's component.
    pub component: Option<usize>,
    /// Whether its field is given and constant in time.
    pub constant: bool,
}

/// The channels of a state, in the order of the fields and of their components.
pub fn channels(fields: &[Field]) -> Vec<Channel> {
    let of_field = |field: &Field| {
        let (name, unit, is_vector) =
            (field.name.clone(), field.unit.clone(), field.rank == Rank::Vector);
        let constant = field.constant;
        field.symbols.clone().into_iter().enumerate().map(move |(axis, symbol)| Channel {
            constant,
            symbol,
            field: name.clone(),
            unit: unit.clone(),
            component: is_vector.then_some(axis),
        })
    };
    fields.iter().flat_map(of_field).collect()
}

/// A parameter of a problem, on which operators are conditioned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name, such as `reynolds`.
    pub name: String,
    /// Its symbol, such as `Re`.
    pub symbol: String,
    /// Its unit; empty when dimensionless.
    pub unit: String,
}

impl Parameter {
    /// A parameter with its name, symbol and unit.
    pub fn new(name: &str, symbol: &str, unit: &str) -> Self {
        Self { name: name.into(), symbol: symbol.into(), unit: unit.into() }
    }
}
