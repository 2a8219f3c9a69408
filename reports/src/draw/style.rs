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
    /// Lines and markers.
    pub(crate) series: [Rgb; SERIES],
}

/// The number of colours of lines and markers.
pub(crate) const SERIES: usize = 7;

/// On white. Series: Okabe & Ito (2008), "Color Universal Design", for all kinds of colour vision, without yellow,
/// whose contrast to white is too low.
pub(crate) const LIGHT: Theme = Theme {
    text: [0x1c, 0x21, 0x28],
    muted: [0x5c, 0x66, 0x73],
    grid: [0xe3, 0xe6, 0xea],
    background: [0xff, 0xff, 0xff],
    page: [0xf6, 0xf7, 0xf9],
    accent: [0x00, 0x72, 0xb2],
    series: [
        [0x00, 0x72, 0xb2],
        [0xd5, 0x5e, 0x00],
        [0x00, 0x9e, 0x73],
        [0xcc, 0x79, 0xa7],
        [0xe6, 0x9f, 0x00],
        [0x56, 0xb4, 0xe9],
        [0x1c, 0x21, 0x28],
    ],
};

/// On dark grey: the same hues, lighter.
pub(crate) const DARK: Theme = Theme {
    text: [0xe6, 0xe9, 0xee],
    muted: [0x9a, 0xa5, 0xb3],
    grid: [0x2f, 0x36, 0x40],
    background: [0x1a, 0x1f, 0x26],
    page: [0x12, 0x15, 0x1a],
    accent: [0x5c, 0xb3, 0xe8],
    series: [
        [0x3d, 0x9b, 0xdc],
        [0xf5, 0x80, 0x33],
        [0x2b, 0xbd, 0x93],
        [0xe0, 0x9a, 0xc2],
        [0xf0, 0xb4, 0x2e],
        [0x8f, 0xd0, 0xf5],
        [0xe6, 0xe9, 0xee],
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
}

impl Paint {
    /// Its name in style sheets.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Muted => "muted".into(),
            Self::Grid => "grid".into(),
            Self::Background => "background".into(),
            Self::Series(index) => format!("series-{}", index % SERIES),
        }
    }

    /// Its colour in a theme.
    pub(crate) fn colour(self, theme: &Theme) -> Rgb {
        match self {
            Self::Text => theme.text,
            Self::Muted => theme.muted,
            Self::Grid => theme.grid,
            Self::Background => theme.background,
            Self::Series(index) => theme.series[index % SERIES],
        }
    }
}

/// The fonts of pages and figures, in order of preference.
pub(crate) const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/// A theme as custom properties of CSS.
pub(crate) fn properties(theme: &Theme) -> String {
    let paints = [Paint::Text, Paint::Muted, Paint::Grid, Paint::Background];
    let paints = paints.into_iter().chain((0..SERIES).map(Paint::Series));
    let mut all: Vec<(String, Rgb)> = paints.map(|p| (p.name(), p.colour(theme))).collect();
    all.extend([("page".into(), theme.page), ("accent".into(), theme.accent)]);
    all.into_iter().map(|(name, [r, g, b])| format!("--{name}:#{r:02x}{g:02x}{b:02x};")).collect()
}

/// The style sheet of the shapes in figures.
pub(crate) fn figure_sheet() -> String {
    let paints = [Paint::Text, Paint::Muted, Paint::Grid, Paint::Background];
    let rule = |paint: Paint| {
        let name = paint.name();
        format!(".s-{name}{{stroke:var(--{name})}}.f-{name}{{fill:var(--{name})}}")
    };
    let rules = paints.into_iter().chain((0..SERIES).map(Paint::Series)).map(rule);
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
