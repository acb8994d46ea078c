//! Letters that the font of the program lacks, from fonts of the machine: Chinese, Japanese, Korean, symbols.
//!
//! Fonts are looked for when a text first needs one. Of each only the table of its characters is read, and the whole only of
//! one that is used; what stays in memory are the shapes of the letters. Scripts whose letters join, change places or are
//! written from the right are left out: drawn one by one they would be wrong.

use super::{outline_of, units_of};
use ab_glyph::{Font, FontRef, OutlineCurve};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex},
};
use ttf_parser::cmap;

/// The fonts of this machine.
pub static FONTS: LazyLock<SystemFonts> = LazyLock::new(|| SystemFonts::below(folders()));

/// How many fonts are looked at, how deep in their folders, and how large they may be.
const MOST_FONTS: usize = 2_000;
const DEEPEST: usize = 6;
const LARGEST: u64 = 64 << 20;
/// How large the table of a font's characters may be.
const LARGEST_TABLE: u32 = 4 << 20;
/// How many letters are kept.
const KEPT: usize = 4_096;

/// A letter of another font.
#[derive(Debug, Clone)]
pub struct Shape {
    /// How far it moves the pen, in parts of the text's height.
    pub advance: f32,
    /// Its outline, in parts of the text's height, y upwards.
    pub outline: Vec<OutlineCurve>,
}

/// Fonts in some folders.
pub struct SystemFonts {
    folders: Vec<PathBuf>,
    /// The fonts, those first that go best with the program's.
    files: LazyLock<Vec<PathBuf>, Box<dyn FnOnce() -> Vec<PathBuf> + Send>>,
    /// What was found for a character, also nothing.
    kept: Mutex<HashMap<char, Option<Arc<Shape>>>>,
}

impl SystemFonts {
    /// The fonts in these folders and below; looked for when one is needed.
    pub fn below(folders: Vec<PathBuf>) -> SystemFonts {
        let places = folders.clone();
        SystemFonts { folders, files: LazyLock::new(Box::new(move || fonts_in(&places))), kept: Mutex::default() }
    }

    /// The letter of `c`, if a font has one that can stand alone.
    pub fn shape(&self, c: char) -> Option<Arc<Shape>> {
        self.load(&[c]);
        self.kept.lock().expect("no panic while held").get(&c).cloned().flatten()
    }

    /// Looks for all of `wanted` at once.
    pub fn load(&self, wanted: &[char]) {
        let mut kept = self.kept.lock().expect("no panic while held");
        let mut missing: Vec<char> = wanted.iter().copied().filter(|c| !kept.contains_key(c)).collect();
        if missing.is_empty() {
            return;
        }
        if kept.len() + missing.len() > KEPT {
            kept.clear();
        }
        missing.sort_unstable();
        missing.dedup();
        missing.truncate(KEPT);
        kept.extend(missing.iter().map(|c| (*c, None)));
        missing.retain(|c| stands_alone(*c));
        if missing.is_empty() || self.folders.is_empty() {
            return;
        }
        for file in self.files.iter() {
            // A font that cannot be read is none.
            let found = shapes_in(file, &missing).unwrap_or_default();
            missing.retain(|c| !found.contains_key(c));
            kept.extend(found.into_iter().map(|(c, shape)| (c, Some(Arc::new(shape)))));
            if missing.is_empty() {
                break;
            }
        }
    }
}

/// Whether a letter looks the same wherever it stands, and is written from the left.
fn stands_alone(c: char) -> bool {
    !matches!(c as u32,
        // Combining marks, Hebrew to the scripts of India, Thai to Burmese, Khmer and Mongolian, and more of Southeast Asia.
        0x300..=0x36f | 0x590..=0x109f | 0x1780..=0x18af | 0x1900..=0x1cff | 0x1dc0..=0x1dff
        // What joins others and selects their forms, Arabic and Hebrew once more, private use.
        | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xa800..=0xabff | 0xe000..=0xf8ff | 0xfb1d..=0xfdff | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f | 0xfe70..=0xfeff | 0x10800..=0x11fff | 0x1e800..=0x1efff | 0xe0000..)
}

/// Where systems keep their fonts.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"]
            .map(PathBuf::from)
            .into();
    if let Some(home) = std::env::home_dir() {
        folders.extend([".local/share/fonts", ".fonts", "Library/Fonts"].map(|folder| home.join(folder)));
    }
    folders
}

/// The font files in folders and below, upright ones without serifs first; else in order of their paths.
fn fonts_in(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, usize)> = folders.iter().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten().take(MOST_FONTS) {
            let (path, kind) = (entry.path(), entry.file_type());
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
            if kind.is_ok_and(|kind| kind.is_dir()) {
                if depth < DEEPEST {
                    open.push((path, depth + 1));
                }
            } else if ["ttf", "otf", "ttc", "otc"].contains(&ending.as_str()) && found.len() < MOST_FONTS {
                found.push(path);
            }
        }
    }
    found.sort_by_cached_key(|path| (oddness(path), path.clone()));
    found
}

/// How badly a font goes with the program's, by its name.
fn oddness(path: &Path) -> usize {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let odd = ["bold", "italic", "oblique", "mono", "serif", "black", "light", "thin", "condensed"];
    2 * odd.iter().filter(|word| name.contains(*word)).count() + usize::from(!name.contains("sans"))
}

/// The letters of `wanted` that the font in `path` has and can draw.
fn shapes_in(path: &Path, wanted: &[char]) -> io::Result<BTreeMap<char, Shape>> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() > LARGEST {
        return Ok(BTreeMap::new());
    }
    let table = character_table(&mut file)?;
    let Some(table) = cmap::Table::parse(&table) else { return Ok(BTreeMap::new()) };
    let has = |c: &&char| {
        let mut tables = table.subtables.into_iter().filter(cmap::Subtable::is_unicode);
        tables.any(|table| table.glyph_index(u32::from(**c)).is_some_and(|glyph| glyph.0 != 0))
    };
    let here: Vec<char> = wanted.iter().filter(has).copied().collect();
    if here.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let Ok(font) = FontRef::try_from_slice_and_index(&bytes, 0) else { return Ok(BTreeMap::new()) };
    let shape = |c: char| {
        let glyph = font.glyph_id(c);
        let (advance, outline) = (font.h_advance_unscaled(glyph) / units_of(&font), outline_of(&font, glyph));
        // A font of coloured pictures has no outlines.
        (glyph.0 != 0 && !outline.is_empty() && (0.0..8.0).contains(&advance))
            .then_some((c, Shape { advance, outline }))
    };
    Ok(here.into_iter().filter_map(shape).collect())
}

/// The table that says which characters a font file has, of its first font; empty if there is none.
fn character_table(file: &mut File) -> io::Result<Vec<u8>> {
    let number = |bytes: &[u8]| bytes.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    let mut head = [0; 16];
    file.read_exact(&mut head)?;
    let start = if head.starts_with(b"ttcf") { number(&head[12..16]) } else { 0 };
    file.seek(SeekFrom::Start(u64::from(start)))?;
    let mut head = [0; 12];
    file.read_exact(&mut head)?;
    let mut records = vec![0; 16 * number(&head[4..6]) as usize];
    file.read_exact(&mut records)?;
    let Some(record) = records.chunks_exact(16).find(|record| record.starts_with(b"cmap")) else {
        return Ok(Vec::new());
    };
    let (offset, length) = (number(&record[8..12]), number(&record[12..16]));
    if length > LARGEST_TABLE {
        return Ok(Vec::new());
    }
    let mut table = vec![0; length as usize];
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    file.read_exact(&mut table)?;
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::font::Weight;

    #[test]
    fn letters_come_from_the_font_that_goes_best_and_broken_ones_harm_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let fonts = SystemFonts::below(vec![dir.path().to_owned(), dir.path().join("nowhere")]);
        let below = dir.path().join("truetype/inter");
        std::fs::create_dir_all(&below).unwrap();
        let regular = Weight::Regular.file();
        let mut collection = b"ttcf\0\x01\0\0\0\0\0\x01".to_vec();
        collection.extend(u32::MAX.to_be_bytes());
        for (name, bytes) in [
            ("A-Sans.ttf", &b"no font"[..]),
            ("B-Sans.ttf", b""),
            ("C-Sans.otf", &regular[..400]),
            ("D-Sans.ttc", &collection),
            ("E-Sans.ttf", &regular[..regular.len() / 2]),
            ("Inter-Bold.ttf", Weight::SemiBold.file()),
            ("Inter.ttf", regular),
            ("readme.txt", regular),
        ] {
            std::fs::write(below.join(name), bytes).unwrap();
        }
        let names: Vec<_> = fonts.files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(
            names,
            ["A-Sans.ttf", "B-Sans.ttf", "C-Sans.otf", "D-Sans.ttc", "E-Sans.ttf", "Inter.ttf", "Inter-Bold.ttf"]
        );
        let shape = fonts.shape('g').expect("a font has it");
        let own = Weight::Regular;
        assert_eq!(shape.advance, own.reach(&own.letter('g')), "of the regular font");
        assert!(!shape.outline.is_empty() && fonts.shape('g').is_some_and(|again| Arc::ptr_eq(&again, &shape)));
        assert!(fonts.shape('漢').is_none() && fonts.shape(' ').is_none());
    }

    #[test]
    fn a_flood_of_letters_is_bounded() {
        let fonts = SystemFonts::below(Vec::new());
        let all: Vec<char> = ('\u{4e00}'..='\u{9fff}').collect();
        fonts.load(&all);
        all.iter().for_each(|c| assert!(fonts.shape(*c).is_none()));
        assert!(fonts.kept.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn letters_that_depend_on_their_neighbours_are_left_out() {
        for (c, alone) in [
            ('漢', true),
            ('か', true),
            ('한', true),
            ('☃', true),
            ('ש', false),
            ('ع', false),
            ('क', false),
            ('\u{301}', false),
            ('ก', false),
        ] {
            assert_eq!(stands_alone(c), alone, "{c}");
        }
    }
}
