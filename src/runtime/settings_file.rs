//! Owns the reading of the settings file and of themes into what the app takes. Called by `main` and when a file changes.

use std::path::{Path, PathBuf};

use super::background::Background;
use super::paths::Paths;
use crate::app::bindings::{self, KeysError};
use crate::app::{Keys, Settings};
use crate::config::{ColorDepth, Config, ConfigErrors, Look, Stand, Switch, Theme, look};
use crate::keys::nearest::nearest;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{path} cannot be read: {why}")]
    Read { path: PathBuf, why: std::io::Error },
    #[error("{0}")]
    Wrong(#[from] ConfigErrors),
    #[error("{}", .clashes.join("\n"))]
    Keys { clashes: Vec<String> },
    #[error("{place}there is no theme {name}{nearest}; there are {known}, and files in {folder}")]
    Theme {
        /// Who named it: file and line, or the option.
        place: String,
        name: String,
        nearest: String,
        known: String,
        folder: PathBuf,
    },
}

/// What the command line says about settings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SettingsSource {
    /// `--config`: has to exist.
    pub file: Option<PathBuf>,
    pub theme: Option<String>,
    pub read_only: bool,
    /// What the terminal itself said of its colours; none: it was not asked, or gave no answer.
    pub background: Option<Background>,
}

impl SettingsSource {
    /// The file that is read, whether it exists or not.
    pub fn path(&self) -> Option<PathBuf> {
        self.file
            .clone()
            .or_else(|| Paths::of_user().map(|paths| paths.config))
    }

    /// Reads the settings; without a file the defaults hold.
    ///
    /// # Errors
    /// Each variant of [`SettingsError`], with line and column where it is the file's fault.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        let mut config = self.config()?;
        if self.read_only && !config.guard.read_only {
            config.guard.read_only = true;
            config.guard.read_only_at = Stand::Flag("--read-only");
        }
        let keys = keys(&config, &self.path().unwrap_or_default())?;
        let look = self.look(&config)?;
        Ok(Settings {
            config,
            look,
            keys,
            themes: own_themes(),
        })
    }

    fn theme_name<'a>(&'a self, config: &'a Config) -> &'a str {
        self.theme.as_deref().unwrap_or(&config.ui.theme)
    }

    fn look(&self, config: &Config) -> Result<Look, SettingsError> {
        let background = self.background.unwrap_or_else(background);
        look(self.theme_name(config), background, config.ui.ascii)
            .map_err(|error| error.named_by(&self.theme_place(config)))
    }

    /// Where the theme was named, as the start of a message.
    fn theme_place(&self, config: &Config) -> String {
        match (&self.theme, config.ui.theme_at) {
            (Some(_), _) => "--theme: ".to_owned(),
            (None, Stand::Line(line)) => format!("{}:{line}: ", config.file.0),
            (None, Stand::Default | Stand::Flag(_)) => String::new(),
        }
    }

    /// Whether the look depends on the terminal's own colours.
    pub fn follows_terminal(&self, config: &Config) -> bool {
        self.theme_name(config) == "auto"
            && matches!(depth(), ColorDepth::Indexed | ColorDepth::True)
    }

    /// The look after the terminal has said what its colours are like.
    pub fn look_on(&mut self, background: Background, config: &Config) -> Option<Look> {
        self.background = Some(background);
        self.look(config).ok()
    }

    /// Reads and checks the file alone.
    ///
    /// # Errors
    /// [`SettingsError::Read`] and [`SettingsError::Wrong`].
    pub fn config(&self) -> Result<Config, SettingsError> {
        let Some(path) = self.path() else {
            return Ok(Config::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(check(&text, &path.display().to_string())?),
            Err(error) if is_absent(&error) && self.file.is_none() => Ok(Config::default()),
            Err(why) => Err(SettingsError::Read { path, why }),
        }
    }
}

impl SettingsError {
    fn named_by(mut self, who: &str) -> Self {
        if let Self::Theme { place, .. } = &mut self {
            who.clone_into(place);
        }
        self
    }
}

/// Nothing is there, and nothing can be: a home that is no folder is none.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Reads a text as settings, action names included.
///
/// # Errors
/// All that is wrong with it.
pub fn check(text: &str, file_name: &str) -> Result<Config, ConfigErrors> {
    let config = Config::parse(text, file_name)?;
    let unknown = config.keys.check_action_names(&bindings::names());
    if unknown.is_empty() {
        Ok(config)
    } else {
        Err(ConfigErrors::new(file_name, text, unknown))
    }
}

fn keys(config: &Config, path: &Path) -> Result<Keys, SettingsError> {
    let wanted: Vec<_> = config
        .keys
        .actions
        .iter()
        .map(|entry| (entry.name.clone(), entry.chords.clone()))
        .collect();
    let told = |clash: &KeysError| {
        let mut entries = config.keys.actions.iter();
        let entry = entries.find(|entry| entry.name == clash.action());
        let place = entry.map_or_else(String::new, |entry| {
            format!("{}:{}:", entry.place.line, entry.place.column)
        });
        format!("{}:{place} {clash}", path.display())
    };
    Keys::new(&wanted).map_err(|clashes| SettingsError::Keys {
        clashes: clashes.iter().map(told).collect(),
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn depth() -> ColorDepth {
    ColorDepth::detect(
        variable("NO_COLOR").as_deref(),
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
    )
}

fn look(name: &str, background: Background, ascii: Switch) -> Result<Look, SettingsError> {
    let depth = depth();
    let c_locale = look::ascii_locale(
        variable("LC_ALL").as_deref(),
        variable("LC_CTYPE").as_deref(),
        variable("LANG").as_deref(),
    );
    let theme = match depth {
        ColorDepth::None => {
            if name != "auto" {
                theme(name)?;
            }
            Theme::plain()
        }
        ColorDepth::Sixteen if name == "auto" => theme("sixteen")?,
        ColorDepth::Sixteen | ColorDepth::Indexed | ColorDepth::True => {
            let name = match (name, background) {
                ("auto", Background::Dark) => "dark",
                ("auto", Background::Light) => "light",
                (name, _) => name,
            };
            theme(name)?.at_depth(depth)
        }
    };
    let ascii = match ascii {
        Switch::Auto => c_locale,
        Switch::On => true,
        Switch::Off => false,
    };
    Ok(Look {
        ascii,
        ..Look::new(theme)
    })
}

/// Light or dark, by what terminals write into COLORFGBG; dark where they write nothing.
fn background() -> Background {
    let colours = std::env::var("COLORFGBG").unwrap_or_default();
    let back = colours
        .rsplit(';')
        .next()
        .and_then(|text| text.parse::<u8>().ok());
    if matches!(back, Some(7 | 9..=15)) {
        Background::Light
    } else {
        Background::Dark
    }
}

/// The themes beside the settings, by name. One that is wrong is told when it is used.
fn own_themes() -> Vec<(String, Theme)> {
    let folder = Paths::of_user().map(|paths| paths.themes);
    folder.map(|folder| themes_in(&folder)).unwrap_or_default()
}

fn themes_in(folder: &Path) -> Vec<(String, Theme)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut themes: Vec<(String, Theme)> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let theme = Theme::parse(&text, &path.display().to_string()).ok()?;
            Some((path.file_stem()?.to_str()?.to_owned(), theme))
        })
        .collect();
    themes.sort_by(|(one, _), (other, _)| one.cmp(other));
    themes
}

fn theme(name: &str) -> Result<Theme, SettingsError> {
    if let Some(theme) = Theme::built_in(name) {
        return Ok(theme);
    }
    let folder = Paths::of_user()
        .map(|paths| paths.themes)
        .unwrap_or_default();
    let path = folder.join(format!("{name}.toml"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Theme::parse(&text, &path.display().to_string())?),
        Err(error) if is_absent(&error) => Err(unknown_theme(name, folder)),
        Err(why) => Err(SettingsError::Read { path, why }),
    }
}

fn unknown_theme(name: &str, folder: PathBuf) -> SettingsError {
    let own = themes_in(&folder);
    let built_in: Vec<&str> = Theme::built_in_names().collect();
    let mut names = built_in.clone();
    names.push("auto");
    names.extend(own.iter().map(|(name, _)| name.as_str()));
    let near = nearest(name, names);
    SettingsError::Theme {
        place: String::new(),
        name: name.to_owned(),
        nearest: near.map_or_else(String::new, |near| format!(", did you mean {near}?")),
        known: built_in.join(", "),
        folder,
    }
}
