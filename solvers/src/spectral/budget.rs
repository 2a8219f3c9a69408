//! What a flow has, gains and loses as a whole.

use super::lattice::Lattice;
use super::modes::Modes;
use data::Parameter;

/// Means over the domain of what changes as
///
/// ```text
/// dE/dt = P − 2ν Z − 2α E,   dZ/dt = G − 2ν Q − 2α Z
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Budget {
    /// Kinetic energy E = ½⟨u²⟩ in m²/s².
    energy: f64,
    /// Enstrophy Z = ½⟨ω²⟩ in 1/s².
    enstrophy: f64,
    /// Palinstrophy Q = ½⟨|∇ω|²⟩ in 1/(m s)².
    palinstrophy: f64,
    /// Power of the force P = ⟨u·f⟩ in m²/s³.
    power: f64,
    /// Enstrophy that the force brings G = ⟨ω ∇×f⟩ in 1/s³.
    production: f64,
}

impl Budget {
    /// Sums over the coefficients of vorticity and of the force's curl, always in the same order.
    pub(crate) fn new(lattice: &Lattice, omega: &Modes, force: &Modes, wind: [f64; 2]) -> Self {
        let energy = 0.5 * wind.iter().map(|w| w * w).sum::<f64>();
        let mut sum = Self { energy, ..Self::default() };
        for (line, (omega, force)) in omega.lines().zip(force.lines()).enumerate() {
            // The opposite wavenumbers of all but the first line are not kept, and have the same sums.
            let weight = if line == 0 { 1.0 } else { 2.0 };
            let (ky, inverse) = (lattice.ky[line], lattice.inverse_square(line));
            for (i, (omega, force)) in omega.iter().zip(force).enumerate() {
                let (square, given) =
                    (weight * omega.norm_sqr(), weight * (omega.conj() * force).re);
                sum.energy += 0.5 * square * inverse[i];
                sum.enstrophy += 0.5 * square;
                sum.palinstrophy += 0.5 * square * (lattice.kx[i].powi(2) + ky * ky);
                sum.power += given * inverse[i];
                sum.production += given;
            }
        }
        sum
    }

    /// In the order of [`monitors`].
    pub(crate) fn values(self) -> [f64; 5] {
        [self.energy, self.enstrophy, self.palinstrophy, self.power, self.production]
    }
}

/// Energy, enstrophy and palinstrophy, and where a force acts what it brings of the first two.
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
