//! The types of numbers in `.npy` files.

/// A type of real numbers, little or big endian. All are converted to `f64`, integers beyond 2⁵³ with rounding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    /// Its size in bytes.
    pub(crate) size: usize,
    read: Convert,
}

/// Appends the values of the bytes of numbers.
type Convert = fn(&[u8], &mut Vec<f64>);

/// The size of a type, and the conversion of its bytes: little endian, big endian.
macro_rules! number {
    ($type:ty, $convert:expr) => {
        (
            size_of::<$type>(),
            [
                |bytes, to| {
                    let (numbers, _) = bytes.as_chunks();
                    to.extend(numbers.iter().map(|bytes| $convert(<$type>::from_le_bytes(*bytes))));
                },
                |bytes, to| {
                    let (numbers, _) = bytes.as_chunks();
                    to.extend(numbers.iter().map(|bytes| $convert(<$type>::from_be_bytes(*bytes))));
                },
            ],
        )
    };
}

impl Number {
    /// The type of a `descr` such as `<f4`; `None` for what is no real number.
    pub(crate) fn of(descr: &str) -> Option<Self> {
        let order = descr.chars().next().filter(|order| "<>|".contains(*order))?;
        let (size, read): (usize, [Convert; 2]) = match &descr[1..] {
            "f2" => number!(half::f16, f64::from),
            "f4" => number!(f32, f64::from),
            "f8" => number!(f64, f64::from),
            "i1" => number!(i8, f64::from),
            "i2" => number!(i16, f64::from),
            "i4" => number!(i32, f64::from),
            "i8" => number!(i64, |value| value as f64),
            "u1" => number!(u8, f64::from),
            "u2" => number!(u16, f64::from),
            "u4" => number!(u32, f64::from),
            "u8" => number!(u64, |value| value as f64),
            _ => return None,
        };
        // `|` stands for numbers of one byte, which have no order.
        (order != '|' || size == 1).then(|| Self { size, read: read[usize::from(order == '>')] })
    }

    /// Appends the values of the bytes of numbers, of which the last is complete.
    pub(crate) fn values(self, bytes: &[u8], to: &mut Vec<f64>) {
        (self.read)(bytes, to);
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_of_both_orders_are_converted() {
        let value = |descr, bytes: &[u8]| {
            let mut values = Vec::new();
            Number::of(descr).expect("it is known").values(bytes, &mut values);
            assert_eq!(values.len(), 1);
            values[0]
        };
        assert_eq!(value("<f4", &1.5f32.to_le_bytes()), 1.5);
        assert_eq!(value(">f8", &(1.0 / 3.0f64).to_be_bytes()), 1.0 / 3.0);
        assert_eq!(value("<f2", &[0x00, 0x3e]), 1.5);
        assert_eq!(value("|i1", &[0xff]), -1.0);
        assert_eq!(value(">u2", &[1, 0]), 256.0);
        assert!(value("<f4", &f32::NAN.to_le_bytes()).is_nan());
        for unknown in
            ["", "<", "|f4", "=f4", "<c8", "|b1", "<f16", "|O", "<U4", "f4", "<M8[s]", "é4"]
        {
            assert!(Number::of(unknown).is_none(), "{unknown}");
        }
    }
}
