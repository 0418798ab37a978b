//! How much code of a document is coloured. In bytes weighed by language, not in time: HTML is stored, and the same text makes the same HTML on
//! every machine, however busy it is.

/// Units a document may spend: about 50 ms where the weights were measured.
const UNITS: usize = 500_000;

/// Units for a byte of a language whose weight was not measured.
const OTHER: usize = 25;

/// Units for a byte, a tenth of a microsecond each, by the name of the grammar: measured on code of public documentation.
const WEIGHTS: [(&str, usize); 9] = [
    ("JavaScript", 24),
    ("HTML", 28),
    ("Python", 22),
    ("Bourne Again Shell (bash)", 12),
    ("Markdown", 10),
    ("YAML", 9),
    ("JSON", 3),
    ("Diff", 2),
    ("Plain Text", 1),
];

/// What is left of the units of a document.
pub(super) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: UNITS }
    }
}

impl Budget {
    /// Whether a line of a language is coloured; takes its units if so. Once a line is not, none is.
    pub(super) fn take(&mut self, syntax: &str, bytes: usize) -> bool {
        let weight = WEIGHTS.iter().find(|(name, _)| *name == syntax);
        let units = weight.map_or(OTHER, |(_, weight)| *weight) * bytes;
        self.left = self.left.saturating_sub(units);
        self.left > 0
    }
}
