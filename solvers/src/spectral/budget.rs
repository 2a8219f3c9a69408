//! Energy and enstrophy budgets of the whole flow.

use super::lattice::Lattice;
use super::modes::Modes;
use data::Parameter;

/// Domain means in the balances of energy and enstrophy:
///
/// ```text
/// dE/dt = P − 2ν Z − 2α E,   dZ/dt = G − 2ν Q − 2α Z
/// ```
///
/// with viscosity ν and linear drag α.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Budget {
    /// Kinetic energy E = ½⟨u²⟩ in m²/s².
    energy: f64,
    /// Enstrophy Z = ½⟨ω²⟩ in 1/s².
    enstrophy: f64,
    /// Palinstrophy Q = ½⟨|∇ω|²⟩ in 1/(m s)².
    palinstrophy: f64,
    /// Power of the body force P = ⟨u·f⟩ in m²/s³.
    power: f64,
    /// Enstrophy production of the body force G = ⟨ω ∇×f⟩ in 1/s³.
    production: f64,
}

impl Budget {
    /// From the coefficients of ω and of the curl of the force, and the mean velocity in m/s. The order of
    /// summation is fixed.
    pub(crate) fn new(
        lattice: &Lattice,
        omega: &Modes,
        curl: &Modes,
        mean_velocity: [f64; 2],
    ) -> Self {
        let energy = 0.5 * mean_velocity.iter().map(|w| w * w).sum::<f64>();
        let mut sum = Self { energy, ..Self::default() };
        for (line, (omega, curl)) in omega.lines().zip(curl.lines()).enumerate() {
            // Of all lines but the first the opposite wavenumbers are not stored; their sums are the same.
            let weight = if line == 0 { 1.0 } else { 2.0 };
            let (ky, inverse) = (lattice.ky[line], lattice.inverse_square(line));
            for (i, (omega, curl)) in omega.iter().zip(curl).enumerate() {
                let (square, product) =
                    (weight * omega.norm_sqr(), weight * (omega.conj() * curl).re);
                sum.energy += 0.5 * square * inverse[i];
                sum.enstrophy += 0.5 * square;
                sum.palinstrophy += 0.5 * square * (lattice.kx[i].powi(2) + ky * ky);
                sum.power += product * inverse[i];
                sum.production += product;
            }
        }
        sum
    }

    /// E, Z, Q, P, G: the order of [`monitors`].
    pub(crate) fn values(self) -> [f64; 5] {
        [self.energy, self.enstrophy, self.palinstrophy, self.power, self.production]
    }
}

/// Energy, enstrophy and palinstrophy; with a body force also its power and enstrophy production.
pub(crate) fn monitors(is_forced: bool) -> Vec<Parameter> {
    let all = [
        ("energy", "E", "m²/s²"),
        ("enstrophy", "Z", "1/s²"),
        ("palinstrophy", "Q", "1/(m s)²"),
        ("power", "P", "m²/s³"),
        ("enstrophy-production", "G", "1/s³"),
    ];
    let count = if is_forced { 5 } else { 3 };
    all[..count].iter().map(|(name, symbol, unit)| Parameter::new(name, symbol, unit)).collect()
}
