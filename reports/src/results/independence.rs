//! Which of the parameters that vary are independent.

/// The positions of the parameters that no earlier ones determine, given one vector of values per parameter.
///
/// A parameter is determined if it is a constant plus a linear combination of earlier ones, as `U` by `2 U`, or a
/// constant times a product of their powers, as `ν = U L / Re`, at all samples. Relative residuals below 10⁻⁶ are
/// rounding. A relation that as few samples as it has free constants satisfy shows nothing, and is no reason to leave
/// a parameter out.
pub(crate) fn independent(parameters: &[Vec<f64>]) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for (position, values) in parameters.iter().enumerate() {
        let earlier: Vec<&Vec<f64>> = kept.iter().map(|&i| &parameters[i]).collect();
        if !varies(values) || is_determined(values, &earlier) {
            continue;
        }
        kept.push(position);
    }
    kept
}

fn varies(values: &[f64]) -> bool {
    values.iter().any(|value| *value != values[0])
}

fn is_determined(values: &[f64], earlier: &[&Vec<f64>]) -> bool {
    // One more sample than constants.
    if values.len() < earlier.len() + 2 {
        return false;
    }
    let is_positive = |values: &Vec<f64>| values.iter().all(|value| *value > 0.0);
    let logarithms = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    let is_power = || {
        let positive: Vec<Vec<f64>> =
            earlier.iter().filter(|e| is_positive(e)).map(|e| logarithms(e)).collect();
        values.iter().all(|value| *value > 0.0) && residual(&logarithms(values), &positive) < 1e-6
    };
    let earlier: Vec<Vec<f64>> = earlier.iter().copied().cloned().collect();
    residual(values, &earlier) < 1e-6 || is_power()
}

/// The distance of a vector from the span of the constant vector and others, relative to that from the constant one,
/// by modified Gram–Schmidt orthogonalization.
fn residual(values: &[f64], others: &[Vec<f64>]) -> f64 {
    let mut basis: Vec<Vec<f64>> = vec![vec![1.0; values.len()]];
    for other in others {
        let rest = without(other.clone(), &basis);
        // What the earlier ones determine spans nothing new.
        if norm(&rest) > 1e-9 * norm(other) {
            basis.push(rest);
        }
    }
    let deviation = norm(&without(values.to_vec(), &basis[..1]));
    norm(&without(values.to_vec(), &basis)) / deviation
}

/// A vector minus its projections on orthogonal ones.
fn without(mut vector: Vec<f64>, basis: &[Vec<f64>]) -> Vec<f64> {
    for direction in basis {
        let factor = dot(&vector, direction) / dot(direction, direction);
        vector.iter_mut().zip(direction).for_each(|(v, d)| *v -= factor * d);
    }
    vector
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viscosity_follows_from_the_reynolds_number() {
        let reynolds = vec![100.0, 250.0, 400.0, 3000.0];
        let viscosity: Vec<f64> = reynolds.iter().map(|re| 1.0 / re).collect();
        let density = vec![1.0; 4];
        let angle = vec![-0.3, 0.2, 0.1, 0.0];
        assert_eq!(independent(&[reynolds, viscosity, density, angle]), [0, 3]);
    }

    #[test]
    fn a_product_of_powers_of_two_parameters_is_determined() {
        let speed = vec![0.5, 1.0, 2.0, 3.0, 0.7];
        let length: Vec<f64> = vec![0.1, 0.3, 0.2, 0.1, 0.4];
        let product = |power: i32| -> Vec<f64> {
            speed.iter().zip(&length).map(|(u, l)| u * l / 1e-3 * l.powi(power)).collect()
        };
        let shifted: Vec<f64> = speed.iter().map(|u| 3.0 * u - 1.0).collect();
        let all = [speed.clone(), length.clone(), product(0), product(2), shifted];
        assert_eq!(independent(&all), [0, 1]);
    }

    #[test]
    fn few_samples_show_no_relation() {
        assert_eq!(independent(&[vec![1.0, 2.0], vec![5.0, 3.0]]), [0, 1]);
        assert_eq!(independent(&[vec![1.0]]), [0; 0]);
        assert_eq!(independent(&[]), [0; 0]);
    }
}
