//! What of HTML is let through: no scripts, no styles, no frames, no forms, and no pictures of others.

use ammonia::Builder;
use data::report::{is_hash, text::IMAGES};
use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

/// Tags of MathML Core that formulas are made of; none of them can hold HTML but `mtext`, which is cleaned too.
const MATH: &[&str] = &[
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "merror",
    "mphantom",
    "mpadded",
    "mstyle",
    "menclose",
    "semantics",
];
/// Attributes of those.
const MATH_ATTRIBUTES: &[&str] = &[
    "display",
    "mathvariant",
    "displaystyle",
    "scriptlevel",
    "stretchy",
    "accent",
    "accentunder",
    "fence",
    "form",
    "largeop",
    "movablelimits",
    "symmetric",
    "minsize",
    "maxsize",
    "lspace",
    "rspace",
    "linethickness",
    "width",
    "height",
    "depth",
    "columnspan",
    "rowspan",
    "notation",
    "voffset",
    "class",
    "style",
];

/// The class of a link that stands for a picture on another server.
pub(super) const OUTSIDE: &str = "report-outside";

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .add_tags(MATH)
        .add_tags(&["input"])
        .rm_tags(&["area", "map", "center", "footer", "header", "nav", "article", "aside"])
        .add_tag_attributes("input", &["type", "checked", "disabled"])
        .add_tag_attributes("td", &["style"])
        .add_tag_attributes("th", &["style"])
        .add_tag_attributes("a", &["class"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .filter_style_properties(HashSet::from(["color", "margin-left", "height", "text-align"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .id_prefix(Some("md-"))
        .attribute_filter(harmless);
    for tag in MATH {
        cleaner.add_tag_attributes(*tag, MATH_ATTRIBUTES);
    }
    // A field for text in a report would ask for something; only a box to tick stands in one.
    cleaner.set_tag_attribute_value("input", "type", "checkbox");
    cleaner.set_tag_attribute_value("input", "disabled", "");
    cleaner
});

/// The attribute's value, if it can do no harm.
fn harmless<'u>(tag: &str, attribute: &str, value: &'u str) -> Option<Cow<'u, str>> {
    let good = match (tag, attribute) {
        ("img", "src") => value.strip_prefix(IMAGES).is_some_and(is_hash),
        // Classes of the app would make HTML look like a part of it.
        ("a", "class") if value == OUTSIDE => true,
        (_, "class") => value.split(' ').all(|class| class.starts_with("menv") || class.starts_with("cell")),
        _ => true,
    };
    good.then_some(Cow::Borrowed(value))
}

/// `html` with only what can do no harm.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Text as HTML that shows it.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
