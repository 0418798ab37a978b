//! Formulas: what is drawn, what is shown as its source, and that nothing else comes through.

use proptest::prelude::*;

use super::{
    MAX_FORMULAS,
    listed::{ATTRIBUTES, TAGS, listed},
    mathml,
};
use crate::render;

/// Reads every tag, and fails at one that is not listed.
fn assert_listed(html: &str) {
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an open tag in {html}"));
        assert!(!text.contains('>'), "an open > in {html}");
        let mut words = tag.split(' ');
        let name = words.next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()), "{html}");
            continue;
        }
        assert!(TAGS.contains(&name), "<{name}> in {html}");
        let mut rest = tag.get(name.len()..).unwrap();
        while let Some((attribute, after)) = rest.split_once("=\"") {
            assert!(ATTRIBUTES.contains(&attribute.trim()), "{attribute} in {html}");
            rest = after.split_once('"').unwrap().1;
        }
        assert!(rest.trim().is_empty(), "{rest} in {html}");
        open.push(name.to_owned());
    }
    assert!(open.is_empty(), "{html}");
}

#[test]
fn im_4_formulas_are_drawn_as_mathml() {
    for (tex, part) in [
        ("a < b", "<mo>&lt;</mo>"),
        (
            r"\frac{1}{2}",
            "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>",
        ),
        (r"\sum_{i=1}^n i", "munderover"),
        (r"\begin{matrix} a & b \\ c & d \end{matrix}", "<mtable"),
        (r"\text{if <b>x</b> & y}", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
        (r"\sqrt{x}", "<msqrt>"),
        (r"\begin{cases} 1 & a \\ 2 & b \end{cases}", "menv-cases"),
        (r"\mathbb{R}", "ℝ"),
        (r"x \ne y", "≠"),
    ] {
        let html = mathml(tex, true).unwrap_or_else(|| panic!("{tex} is not drawn"));
        assert!(html.contains(part), "{part} in {html}");
        assert_listed(&html);
    }
    assert!(mathml("x", true).unwrap().starts_with("<math display=\"block\">"));
}

#[test]
fn im_4_formulas_that_are_not_understood_are_shown_as_their_source() {
    for tex in [
        r"\nosuch{x}",
        r"\color{red} x",
        r"\textcolor{red}{x}",
        r"\href{javascript:alert(1)}{x}",
        r"\def\a{\a\a} \a",
        r"\frac{1}",
        r"\begin{matrix} a",
        "}",
        "5 % of it",
        "a\0b",
        "",
    ] {
        assert_eq!(mathml(tex, false), None, "{tex}");
    }
    assert_eq!(mathml(&"{".repeat(60), false), None);
    assert_eq!(mathml(&"x".repeat(5_000), false), None);
    let html = render("$\\nosuch{<b>}$", "T").unwrap().html;
    assert_eq!(html, "<p><code class=\"language-tex\">\\nosuch{&lt;b&gt;}</code></p>\n");
}

#[test]
fn im_4_only_so_many_formulas_are_drawn() {
    let html = render(&"$\\alpha$\n\n".repeat(MAX_FORMULAS + 3), "T").unwrap().html;
    assert_eq!(html.matches("<math>").count(), MAX_FORMULAS);
    assert_eq!(html.matches("<code").count(), 3);
}

#[test]
fn what_is_not_listed_is_not_written() {
    assert_eq!(listed("<math onclick=\"x\"></math>"), None);
    assert_eq!(listed("<math><mi></math></mi>"), None);
    assert_eq!(listed("<math>"), None);
    assert_eq!(
        listed("<math style=\"color: red\">a</math>").as_deref(),
        Some("<math>a</math>")
    );
    assert_eq!(
        listed("<math><script></math>").as_deref(),
        Some("<math>&lt;script&gt;</math>")
    );
}

#[test]
fn html_of_an_author_is_no_formula() {
    let html = render(
        "$\\alpha$ <math><mi>x</mi></math> <span>0000m0;</span> ![m0;](x.png)",
        "T",
    )
    .unwrap()
    .html;
    assert_eq!(html.matches("<math>").count(), 1, "{html}");
    assert!(!html.contains("<mi>x</mi>"), "{html}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn im_4_no_formula_brings_anything_else(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(&[
                    "\\frac", "\\sqrt", "\\sum", "_", "^", "{", "}", "\\left(", "\\right)", "\\begin{matrix}", "\\end{matrix}", "&", "\\\\",
                    "\\text{", "\\operatorname{", "<b>", "<mi>", "</mi>", "<mi onclick=\"x\">", "\"", "\\not", "\\hline", "\\[2em]", "[", "]",
                    "\\begin{array}{c|c}", "\\end{array}", "\\begin{align}", "\\end{align}", "\\kern-3em", "\\mathbf", "\\displaystyle", "\\limits",
                    "\\overline", "\\middle|", "\\stackrel", "'", "\\big<", "\\hspace{1em}", "\\substack{", "\\genfrac", "#1", "%", "~",
                ][..]).prop_map(str::to_owned),
                "[a-z0-9<>&\"'= \\\\{}^_]{0,6}",
            ],
            0..20,
        )
    ) {
        if let Some(html) = mathml(&pieces.concat(), true) {
            assert_listed(&html);
        }
    }
}
