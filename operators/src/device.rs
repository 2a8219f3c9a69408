//! The device that stores and computes tensors.

use crate::OperatorError;
use candle_core::Device;

/// The device of that name: `cpu`, `cuda` (the first one) or `cuda:N`.
pub fn device(name: &str) -> Result<Device, OperatorError> {
    let refuse = |reason: String| OperatorError::Device { name: name.into(), reason };
    if name == "cpu" {
        return Ok(Device::Cpu);
    }
    let number = match name.strip_prefix("cuda") {
        Some("") => Some(0),
        Some(rest) => rest.strip_prefix(':').and_then(|number| number.parse().ok()),
        None => None,
    };
    let number = number.ok_or_else(|| refuse("known are `cpu`, `cuda` and `cuda:N`".into()))?;
    if !cfg!(feature = "cuda") {
        return Err(refuse(
            "this program was built without CUDA; build it with `--features cuda`".into(),
        ));
    }
    Device::new_cuda(number).map_err(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_always_available() {
        assert!(device("cpu").expect("always available").is_cpu());
    }

    #[test]
    fn unknown_devices_are_refused_with_the_known_ones() {
        for name in ["gpu", "cuda:", "cuda:x", "cuda0", ""] {
            let message = device(name).expect_err("no device").to_string();
            assert_eq!(
                message,
                format!("device `{name}` cannot be used: known are `cpu`, `cuda` and `cuda:N`")
            );
        }
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn cuda_needs_its_feature() {
        let message = device("cuda:1").expect_err("not built in").to_string();
        assert!(message.ends_with("build it with `--features cuda`"), "{message}");
    }
}
