//! QR codes, by which a phone reads an address from a screen: one SVG element, black on white in every colour scheme, without style
//! or script.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Width of the quiet zone around the code, in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// The QR code of `text`; `None` if that is too long for one.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (row, line) in colors.chunks(width).enumerate() {
        let mut column = 0;
        for run in line.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, length) = (column + QUIET, row + QUIET, run.len());
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"192\" height=\"192\" role=\"img\" \
         aria-label=\"QR code of the address\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
         fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the picture back into rows of modules, without the light around it.
    fn modules(svg: &str) -> Vec<Vec<bool>> {
        let side: usize = svg
            .split("viewBox=\"0 0 ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut rows = vec![vec![false; side]; side];
        for run in path.split('M').skip(1) {
            let (at, length) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let length: usize = length.split('v').next().unwrap().parse().unwrap();
            let x: usize = x.parse().unwrap();
            rows[y.parse::<usize>().unwrap()][x..x + length].fill(true);
        }
        assert!(rows[..QUIET].iter().flatten().all(|dark| !dark), "light above");
        let inner = &rows[QUIET..side - QUIET];
        inner.iter().map(|row| row[QUIET..side - QUIET].to_vec()).collect()
    }

    #[test]
    fn si_8_the_picture_shows_the_code_to_the_module() {
        let text = "https://idp.example/device?user_code=ABCD-EFGH";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let drawn = modules(&svg(text).unwrap());
        let expected = code.to_colors();
        assert_eq!(drawn.len(), code.width());
        assert!(
            drawn
                .iter()
                .flatten()
                .zip(&expected)
                .all(|(dark, color)| *dark == (*color == Color::Dark))
        );
        assert!(expected.contains(&Color::Dark) && expected.contains(&Color::Light));
    }

    #[test]
    fn si_8_what_is_too_long_has_no_picture() {
        assert_eq!(svg(&"a".repeat(5000)), None);
        assert!(svg(&"a".repeat(256)).is_some());
    }
}
