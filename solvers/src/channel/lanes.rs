//! Arithmetic with eight Fourier coefficients at a time.

use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// The number of coefficients.
pub(super) const LANES: usize = 8;

/// Eight real numbers, one per wavenumber.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f64; LANES]);

/// Eight complex coefficients.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mode {
    /// Real parts.
    pub(super) re: Lanes,
    /// Imaginary parts.
    pub(super) im: Lanes,
}

impl Lanes {
    /// Eight times the same number.
    #[inline(always)]
    pub(super) fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    /// The reciprocals.
    #[inline(always)]
    pub(super) fn recip(self) -> Self {
        self.each(|x| 1.0 / x)
    }

    /// `f` of each. `array::map` is not always inlined.
    #[inline(always)]
    fn each(mut self, f: impl Fn(f64) -> f64) -> Self {
        for x in &mut self.0 {
            *x = f(*x);
        }
        self
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self;
        for (x, y) in out.0.iter_mut().zip(other.0) {
            *x = f(*x, y);
        }
        out
    }
}

impl Add for Lanes {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |x, y| x + y)
    }
}

impl Sub for Lanes {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |x, y| x - y)
    }
}

impl Mul for Lanes {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |x, y| x * y)
    }
}

impl Mul<f64> for Lanes {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f64) -> Self {
        self.each(|x| x * factor)
    }
}

impl Neg for Lanes {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(|x| -x)
    }
}

impl Mode {
    /// Re Σ a b*.
    pub(super) fn dot(&self, other: &Self) -> f64 {
        let sum = |a: &Lanes, b: &Lanes| a.0.iter().zip(b.0).map(|(a, b)| a * b).sum::<f64>();
        sum(&self.re, &other.re) + sum(&self.im, &other.im)
    }

    /// i k times the coefficients: the derivative in a direction with the wavenumbers `k`.
    #[inline(always)]
    pub(super) fn times_i(self, k: Lanes) -> Self {
        Self { re: -(self.im * k), im: self.re * k }
    }
}

impl Add for Mode {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Mode {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul<f64> for Mode {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}

impl Mul<Lanes> for Mode {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: Lanes) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}

impl AddAssign for Mode {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Mode {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
