//! Colours, dashes and markers.

/// Red, green, blue.
pub(crate) type Rgb = [u8; 3];

/// The colours of a page.
pub(crate) struct Theme {
    /// Text and axes.
    pub(crate) text: Rgb,
    /// Captions and ticks.
    pub(crate) muted: Rgb,
    /// Grid lines and rules.
    pub(crate) grid: Rgb,
    /// The background of figures and tables.
    pub(crate) background: Rgb,
    /// The background of the page.
    pub(crate) page: Rgb,
    /// Links and highlights.
    pub(crate) accent: Rgb,
    /// Words that limit what results mean.
    pub(crate) warning: Rgb,
    /// Lines and markers.
    pub(crate) series: [Rgb; SERIES],
}

/// The number of colours of lines and markers.
pub(crate) const SERIES: usize = 12;

/// On white. Series: six colours of Okabe & Ito (2008), "Color Universal Design", without yellow, whose contrast to
/// white is too low; that of text; and five that maximize the smallest difference between any two colours, and to the
/// grey of reference lines, for normal and for dichromatic vision. The test below measures the differences.
pub(crate) const LIGHT: Theme = Theme {
    text: [0x1c, 0x21, 0x28],
    muted: [0x5c, 0x66, 0x73],
    grid: [0xe3, 0xe6, 0xea],
    background: [0xff, 0xff, 0xff],
    page: [0xf6, 0xf7, 0xf9],
    accent: [0x00, 0x72, 0xb2],
    warning: [0xb4, 0x4a, 0x00],
    series: [
        [0x00, 0x72, 0xb2],
        [0xd5, 0x5e, 0x00],
        [0x00, 0x9e, 0x73],
        [0xcc, 0x79, 0xa7],
        [0xe6, 0x9f, 0x00],
        [0x56, 0xb4, 0xe9],
        [0x1c, 0x21, 0x28],
        [0x77, 0x17, 0x08],
        [0x47, 0x00, 0x65],
        [0xb9, 0xb1, 0x9f],
        [0x84, 0x0e, 0xfc],
        [0x00, 0x53, 0x32],
    ],
};

/// On dark grey: similar hues, found in the same way.
pub(crate) const DARK: Theme = Theme {
    text: [0xe6, 0xe9, 0xee],
    muted: [0x9a, 0xa5, 0xb3],
    grid: [0x2f, 0x36, 0x40],
    background: [0x1a, 0x1f, 0x26],
    page: [0x12, 0x15, 0x1a],
    accent: [0x5c, 0xb3, 0xe8],
    warning: [0xf5, 0x80, 0x33],
    series: [
        [0x13, 0xab, 0xff],
        [0xde, 0x07, 0x03],
        [0x05, 0xef, 0xa4],
        [0xff, 0xbd, 0xff],
        [0xed, 0xa8, 0x13],
        [0x39, 0x70, 0xa8],
        [0xe6, 0xe9, 0xee],
        [0xb8, 0x7e, 0x56],
        [0x91, 0x7e, 0xa2],
        [0xfb, 0xfd, 0x59],
        [0x8f, 0x3b, 0xff],
        [0x67, 0x8f, 0x78],
    ],
};

/// The role of a colour; the theme of the page determines the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Text and axes.
    Text,
    /// Captions and ticks.
    Muted,
    /// Grid lines and rules.
    Grid,
    /// The background of figures.
    Background,
    /// A line or a marker of a surrogate.
    Series(usize),
    /// The same colour in all themes, as in colour bars.
    Fixed([u8; 3]),
}

impl Paint {
    /// Its name in style sheets; a colour that does not depend on the theme has none.
    pub(crate) fn name(self) -> Option<String> {
        match self {
            Self::Text => Some("text".into()),
            Self::Muted => Some("muted".into()),
            Self::Grid => Some("grid".into()),
            Self::Background => Some("background".into()),
            Self::Series(index) => Some(format!("series-{}", index % SERIES)),
            Self::Fixed(_) => None,
        }
    }

    /// All that have a name.
    fn named() -> impl Iterator<Item = (String, Self)> {
        let paints = [Self::Text, Self::Muted, Self::Grid, Self::Background];
        let paints = paints.into_iter().chain((0..SERIES).map(Self::Series));
        paints.filter_map(|paint| Some((paint.name()?, paint)))
    }

    /// Its colour in a theme.
    pub(crate) fn colour(self, theme: &Theme) -> Rgb {
        match self {
            Self::Text => theme.text,
            Self::Muted => theme.muted,
            Self::Grid => theme.grid,
            Self::Background => theme.background,
            Self::Series(index) => theme.series[index % SERIES],
            Self::Fixed(colour) => colour,
        }
    }
}

/// The fonts of pages and figures, in order of preference.
pub(crate) const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/// A theme as custom properties of CSS.
pub(crate) fn properties(theme: &Theme) -> String {
    let mut all: Vec<(String, Rgb)> =
        Paint::named().map(|(name, paint)| (name, paint.colour(theme))).collect();
    all.extend([
        ("page".into(), theme.page),
        ("accent".into(), theme.accent),
        ("warning".into(), theme.warning),
    ]);
    all.into_iter().map(|(name, [r, g, b])| format!("--{name}:#{r:02x}{g:02x}{b:02x};")).collect()
}

/// The style sheet of the shapes in figures.
pub(crate) fn figure_sheet() -> String {
    let rule =
        |(name, _)| format!(".s-{name}{{stroke:var(--{name})}}.f-{name}{{fill:var(--{name})}}");
    let rules = Paint::named().map(rule);
    format!(
        ".l{{fill:none;stroke-linejoin:round}}svg text{{font-family:{FONTS}}}{}",
        rules.collect::<String>()
    )
}

/// Lengths of dashes and gaps in px; empty for a solid line.
pub type Dash = &'static [f64];

/// A solid line.
pub const SOLID: Dash = &[];
/// The line of solvers and of the error of the reference.
pub const DASHED: Dash = &[6.0, 3.0];
/// The line of baselines.
pub const DOTTED: Dash = &[1.5, 2.5];
/// The line of the second learned surrogate of a colour.
pub(crate) const DASH_DOT: Dash = &[9.0, 2.5, 1.5, 2.5];
/// The line of the third learned surrogate of a colour.
pub(crate) const LONG_DASHES: Dash = &[14.0, 3.0];

/// The shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
    Cross,
}
