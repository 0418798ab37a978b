//! Opening an index, and whether it has to be rebuilt.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    Index, IndexReader, IndexSettings, ReloadPolicy, TantivyError,
    directory::{Directory as _, INDEX_WRITER_LOCK, MmapDirectory},
};

use crate::{
    FORMAT, Language, SearchError,
    analysis::Analyzer,
    schema::{Fields, TOKENIZER, schema},
};

/// Name of the folder with the files of the index. Nothing outside it is ever removed.
const FOLDER: &str = "index";

/// How texts are read, and what writing may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the documents come from, such as the identity of the database: an index of another origin is not used.
    pub origin: String,
    /// Whose words are found in other forms. Another list is another index.
    pub languages: Vec<Language>,
    /// Bytes that writing keeps in memory before it writes to disk; at least 15 MB for each thread are taken.
    pub memory: usize,
    /// Threads that write; at least one.
    pub threads: usize,
}

impl Default for Settings {
    /// No origin, English, one thread, 48 MB.
    fn default() -> Self {
        Self {
            origin: String::new(),
            languages: vec![Language::English],
            memory: 48_000_000,
            threads: 1,
        }
    }
}

/// Whether the index holds all documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It holds every change up to this number of the change feed.
    Complete {
        /// The last change.
        sequence: i64,
    },
    /// It has to be made anew ([`crate::Writer::begin_rebuild`]).
    Rebuild(RebuildReason),
}

/// Why an index has to be made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RebuildReason {
    /// There was none.
    Missing,
    /// It was made by another version, for other languages, or from another database.
    OtherVersion,
    /// It was being made when the process ended, or is being made just now.
    Unfinished,
    /// Its files are not as they were written; says what is wrong.
    Damaged(String),
}

impl fmt::Display for RebuildReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is none"),
            Self::OtherVersion => {
                f.write_str("it was made by another version, for other languages or from another database")
            }
            Self::Unfinished => f.write_str("it was not finished"),
            Self::Damaged(how) => write!(f, "it is damaged: {how}"),
        }
    }
}

/// A full-text index, open for searching. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct SearchIndex {
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) analyzer: Analyzer,
    pub(crate) settings: Settings,
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex")
            .field("settings", &self.settings)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index below a folder, which is made if it is missing. All files are read once, to see whether they are whole.
    ///
    /// An index that is missing, of another version or damaged is replaced by an empty one: [`state`](Self::state) says so.
    ///
    /// # Errors
    /// [`SearchError::Folder`] if the folder cannot be used, [`SearchError::Locked`] if an index that has to be replaced is being written by
    /// somebody else, [`SearchError::Engine`] if an empty one cannot be made.
    pub fn open(folder: &Path, settings: Settings) -> Result<Self, SearchError> {
        let path = folder.join(FOLDER);
        fs::create_dir_all(&path).map_err(|source| unusable(&path, source))?;
        match Self::existing(&path, &settings) {
            Ok((index, state)) => Self::with(index, state, settings),
            Err(reason) => {
                let index = replaced(&path)?;
                Self::with(index, State::Rebuild(reason), settings)
            }
        }
    }

    fn with(index: Index, state: State, settings: Settings) -> Result<Self, SearchError> {
        let analyzer = Analyzer::new(&settings.languages);
        index.tokenizers().register(TOKENIZER, analyzer.clone());
        let (_, fields) = schema();
        Ok(Self {
            reader: reader(&index)?,
            index,
            fields,
            analyzer,
            settings,
            state: Arc::new(Mutex::new(state)),
        })
    }

    fn existing(path: &Path, settings: &Settings) -> Result<(Index, State), RebuildReason> {
        let directory = MmapDirectory::open(path).map_err(|error| RebuildReason::Damaged(error.to_string()))?;
        match Index::exists(&directory) {
            Ok(true) => {}
            Ok(false) => return Err(RebuildReason::Missing),
            Err(error) => return Err(RebuildReason::Damaged(error.to_string())),
        }
        let index = Index::open(directory).map_err(|error| reason(&error))?;
        let payload = index.load_metas().map_err(|error| reason(&error))?.payload;
        let Some(payload) = payload else {
            return Err(RebuildReason::Missing);
        };
        let payload = Payload::parse(&payload, settings).ok_or(RebuildReason::OtherVersion)?;
        if index.schema() != schema().0 {
            return Err(RebuildReason::OtherVersion);
        }
        let damaged = index.validate_checksum().map_err(|error| reason(&error))?;
        if let Some(file) = damaged.iter().min() {
            return Err(RebuildReason::Damaged(format!("`{}` was changed", file.display())));
        }
        reader(&index).map_err(|error| reason(&error))?;
        Ok((index, payload.state()))
    }

    /// Whether it holds all documents. Until then it may be searched, and finds what it holds.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many documents it holds.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    pub(crate) fn set_state(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// What is written beside each commit: which changes it holds, and by what it was made.
pub(crate) struct Payload {
    pub(crate) sequence: i64,
    pub(crate) is_complete: bool,
}

impl Payload {
    pub(crate) fn text(&self, settings: &Settings) -> String {
        let complete = if self.is_complete { "complete" } else { "unfinished" };
        format!("{} {complete} {}", made_by(settings), self.sequence)
    }

    fn parse(text: &str, settings: &Settings) -> Option<Self> {
        let rest = text.strip_prefix(&made_by(settings))?.strip_prefix(' ')?;
        let (complete, sequence) = rest.split_once(' ')?;
        Some(Self {
            sequence: sequence.parse().ok()?,
            is_complete: complete == "complete",
        })
    }

    pub(crate) fn state(&self) -> State {
        if self.is_complete {
            State::Complete {
                sequence: self.sequence,
            }
        } else {
            State::Rebuild(RebuildReason::Unfinished)
        }
    }
}

fn made_by(settings: &Settings) -> String {
    let mut languages: Vec<&str> = settings.languages.iter().map(|language| language.code()).collect();
    languages.sort_unstable();
    languages.dedup();
    format!(
        "format {FORMAT} languages [{}] origin {:?}",
        languages.join(","),
        settings.origin
    )
}

fn reader(index: &Index) -> Result<IndexReader, TantivyError> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

fn reason(error: &TantivyError) -> RebuildReason {
    match error {
        TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => RebuildReason::OtherVersion,
        other => RebuildReason::Damaged(other.to_string()),
    }
}

/// An empty index in place of what is there, unless somebody is writing to that.
fn replaced(path: &Path) -> Result<Index, SearchError> {
    let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
    let lock = directory
        .acquire_lock(&INDEX_WRITER_LOCK)
        .map_err(|_| SearchError::Locked)?;
    let emptied = fs::remove_dir_all(path).and_then(|()| fs::create_dir_all(path));
    emptied.map_err(|source| unusable(path, source))?;
    drop(lock);
    let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
    Ok(Index::create(directory, schema().0, IndexSettings::default())?)
}

fn unusable(path: &Path, source: io::Error) -> SearchError {
    SearchError::Folder {
        path: PathBuf::from(path),
        source: Arc::new(source),
    }
}
