//! Where values are written: `portico.toml`, then `.env` beside it, then the environment; the later wins. [`super::entries`] merges them.

use std::{io, path::Path};

use super::problem::{Origin, Problem};

/// Texts to read a configuration from; nothing here has been understood yet.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `portico.toml`: how the operator named it, and its text.
    pub file: Option<(String, String)>,
    /// `.env` beside it, the same way.
    pub dotenv: Option<(String, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Whether `--demo` adds its provider to what is written here.
    pub demo: bool,
}

impl Sources {
    /// Reads `path` and the `.env` beside it, and takes the environment of this process.
    ///
    /// # Errors
    /// If a file is there and cannot be read as UTF-8 text; a missing one is left out unless `must_exist`.
    pub fn gather(path: &Path, must_exist: bool) -> Result<Self, Problem> {
        Ok(Self {
            file: read_file(path, must_exist)?,
            dotenv: read_file(&path.with_file_name(".env"), false)?,
            ..Self::environment()
        })
    }

    /// Only the environment of this process.
    #[must_use]
    pub fn environment() -> Self {
        let variables = std::env::vars_os();
        let texts = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self {
            environment: texts.collect(),
            ..Self::default()
        }
    }

    /// The same, with the provider of `--demo`.
    #[must_use]
    pub fn with_demo(self) -> Self {
        Self { demo: true, ..self }
    }

    /// The name of the file a missing key could be written in.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.file.as_ref().map_or("portico.toml", |(name, _)| name)
    }
}

fn read_file(path: &Path, must_exist: bool) -> Result<Option<(String, String)>, Problem> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((name, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) => {
            let remedy = "name a file that is there with `--config`, or try `portico serve --demo`";
            Err(issue!("cannot be read: {error} — {remedy}").at(&Origin::Nowhere(name), "configuration"))
        }
    }
}
