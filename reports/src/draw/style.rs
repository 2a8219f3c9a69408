//! Colours, dashes and markers: one look a surrogate, told apart without colour too.

/// Red, green, blue.
pub(crate) type Rgb = [u8; 3];

/// The colours of a page by day or by night.
pub(crate) struct Theme {
    /// Text and axes.
    pub(crate) ink: Rgb,
    /// Captions and ticks.
    pub(crate) muted: Rgb,
    /// Grid lines and rules.
    pub(crate) grid: Rgb,
    /// Behind figures and tables.
    pub(crate) paper: Rgb,
    /// Behind everything.
    pub(crate) desk: Rgb,
    /// Links and marks.
    pub(crate) accent: Rgb,
    /// Lines and markers.
    pub(crate) series: [Rgb; SERIES],
}

/// Colours that people with any colour vision tell apart; the last is ink.
pub(crate) const SERIES: usize = 7;

/// By day, on white. Series: Okabe & Ito (2008), "Color Universal Design", without the yellow, which
/// white swallows.
pub(crate) const LIGHT: Theme = Theme {
    ink: [0x1c, 0x21, 0x28],
    muted: [0x5c, 0x66, 0x73],
    grid: [0xe3, 0xe6, 0xea],
    paper: [0xff, 0xff, 0xff],
    desk: [0xf6, 0xf7, 0xf9],
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

/// By night: the same hues, lighter.
pub(crate) const DARK: Theme = Theme {
    ink: [0xe6, 0xe9, 0xee],
    muted: [0x9a, 0xa5, 0xb3],
    grid: [0x2f, 0x36, 0x40],
    paper: [0x1a, 0x1f, 0x26],
    desk: [0x12, 0x15, 0x1a],
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

/// What to draw with; a page decides what colour that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Ink,
    Muted,
    Grid,
    Paper,
    Series(usize),
}

impl Paint {
    /// Its name in style sheets.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Ink => "ink".into(),
            Self::Muted => "muted".into(),
            Self::Grid => "grid".into(),
            Self::Paper => "paper".into(),
            Self::Series(place) => format!("series-{}", place % SERIES),
        }
    }

    /// Its colour in a theme.
    pub(crate) fn colour(self, theme: &Theme) -> Rgb {
        match self {
            Self::Ink => theme.ink,
            Self::Muted => theme.muted,
            Self::Grid => theme.grid,
            Self::Paper => theme.paper,
            Self::Series(place) => theme.series[place % SERIES],
        }
    }
}

/// The fonts of pages and figures: whatever the reader's system has.
pub(crate) const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/// A theme as custom properties of a style sheet.
pub(crate) fn properties(theme: &Theme) -> String {
    let paints = [Paint::Ink, Paint::Muted, Paint::Grid, Paint::Paper];
    let paints = paints.into_iter().chain((0..SERIES).map(Paint::Series));
    let mut all: Vec<(String, Rgb)> = paints.map(|p| (p.name(), p.colour(theme))).collect();
    all.extend([("desk".into(), theme.desk), ("accent".into(), theme.accent)]);
    all.into_iter().map(|(name, [r, g, b])| format!("--{name}:#{r:02x}{g:02x}{b:02x};")).collect()
}

/// The style sheet of the shapes in figures.
pub(crate) fn figure_sheet() -> String {
    let paints = [Paint::Ink, Paint::Muted, Paint::Grid, Paint::Paper];
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

/// Lengths of strokes and gaps in px; empty is a solid line.
pub(crate) type Dash = &'static [f64];

/// A solid line.
pub(crate) const SOLID: Dash = &[];
/// Solvers, and the data's own error.
pub(crate) const DASHED: Dash = &[6.0, 3.0];
/// Baselines.
pub(crate) const DOTTED: Dash = &[1.5, 2.5];

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

/// How one surrogate looks in every figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub(crate) paint: Paint,
    pub(crate) dash: Dash,
    pub(crate) marker: Marker,
    /// Of its line in px: thin for the runs that the last is compared with.
    pub(crate) width: f64,
}
