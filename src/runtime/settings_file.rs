//! Owns the reading of the settings file and of themes into what the app takes. Called by `main` and when a file changes.

use std::path::{Path, PathBuf};

use super::background::Background;
use super::paths::Paths;
use crate::app::bindings::{self, KeysError};
use crate::app::{Keys, Settings};
use crate::config::{
    ColorDepth, Config, ConfigError, ConfigErrors, Look, Stand, Switch, Theme, look,
};
use crate::keys::nearest::nearest;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{path} cannot be read: {why}")]
    Read { path: PathBuf, why: std::io::Error },
    #[error("{0}")]
    Wrong(#[from] ConfigErrors),
    #[error("--theme: {0}")]
    Theme(String),
}

impl SettingsError {
    /// The error in one line, for the status line.
    pub fn brief(&self) -> String {
        match self {
            Self::Wrong(errors) => errors.brief(),
            Self::Read { .. } | Self::Theme(_) => self.to_string(),
        }
    }
}

/// What the command line says about settings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SettingsSource {
    /// `--config`: has to exist.
    pub file: Option<PathBuf>,
    pub theme: Option<String>,
    pub read_only: bool,
    /// The image of debug containers where the settings name none.
    pub debug_image: Option<&'static str>,
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
    /// Each variant of [`SettingsError`], with line and column where it is a file's fault.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        let file = self.file()?;
        let mut config = file.config()?;
        if self.read_only && !config.guard.read_only {
            config.guard.read_only = true;
            config.guard.read_only_at = Stand::Flag("--read-only");
        }
        if let Some(image) = self.debug_image
            && config.shell.debug_image.is_empty()
        {
            image.clone_into(&mut config.shell.debug_image);
        }
        let known = self.known_theme(&config)?;
        let keys = keys(&config);
        let wrong_keys = keys.as_ref().err().into_iter().flatten().cloned();
        let wrong: Vec<ConfigError> = wrong_keys.chain(known.err()).collect();
        let (Ok(keys), []) = (keys, wrong.as_slice()) else {
            return Err(file.wrong(wrong).into());
        };
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
    }

    /// Whether there is a theme of the name; the inner error is one of the settings file.
    fn known_theme(&self, config: &Config) -> Result<Result<(), ConfigError>, SettingsError> {
        let name = self.theme_name(config);
        if name == "auto" || Theme::built_in(name).is_some() || theme_path(name).is_some() {
            return Ok(Ok(()));
        }
        let (message, near) = unknown_theme(name);
        match (&self.theme, config.ui.theme_at.0) {
            (None, Some(place)) => Ok(Err(ConfigError {
                place,
                message,
                help: near,
            })),
            (_, _) => {
                Err(SettingsError::Theme(near.map_or(message.clone(), |near| {
                    format!("{message}; {near}")
                })))
            }
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

    /// Reads the file alone.
    fn file(&self) -> Result<File, SettingsError> {
        let Some(path) = self.path() else {
            return Ok(File::default());
        };
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(File { name, text }),
            Err(error) if is_absent(&error) && self.file.is_none() => Ok(File::default()),
            Err(why) => Err(SettingsError::Read { path, why }),
        }
    }
}

/// The settings file as it was read; without text where there is none.
#[derive(Default)]
struct File {
    name: String,
    text: String,
}

impl File {
    fn config(&self) -> Result<Config, ConfigErrors> {
        Config::parse_for(&bindings::names(), &self.text, &self.name)
    }

    fn wrong(&self, errors: Vec<ConfigError>) -> ConfigErrors {
        ConfigErrors::new(&self.name, &self.text, errors)
    }
}

/// Nothing is there, and nothing can be: a home that is no folder is none.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

fn keys(config: &Config) -> Result<Keys, Vec<ConfigError>> {
    let wanted: Vec<_> = config
        .keys
        .actions
        .iter()
        .map(|entry| (entry.name.clone(), entry.chords.clone()))
        .collect();
    let told = |clash: &KeysError| {
        let mut entries = config.keys.actions.iter();
        let entry = entries.find(|entry| entry.name == clash.action());
        let place = entry.map(|entry| entry.place).or(config.keys.prefix_at.0);
        ConfigError {
            place: place.unwrap_or_default(),
            message: clash.to_string(),
            help: None,
        }
    };
    Keys::new(&config.keys.prefix, &wanted).map_err(|clashes| clashes.iter().map(told).collect())
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
fn own_themes() -> Vec<(String, Result<Theme, String>)> {
    let folder = Paths::of_user().map(|paths| paths.themes);
    folder.map(|folder| themes_in(&folder)).unwrap_or_default()
}

fn themes_in(folder: &Path) -> Vec<(String, Result<Theme, String>)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut themes: Vec<(String, Result<Theme, String>)> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .filter_map(|path| {
            let theme = read_theme(&path).map_err(|error| error.brief());
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
    read_theme(&theme_path(name).unwrap_or_default())
}

fn read_theme(path: &Path) -> Result<Theme, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Theme::parse(&text, &path.display().to_string())?),
        Err(why) => Err(SettingsError::Read {
            path: path.to_owned(),
            why,
        }),
    }
}

/// The file of a theme in the folder of themes, if there is one.
fn theme_path(name: &str) -> Option<PathBuf> {
    let path = Paths::of_user()?.themes.join(format!("{name}.toml"));
    (!name.contains('/') && path.exists()).then_some(path)
}

/// The names that `theme` and `--theme` take.
pub fn all_theme_names() -> Vec<String> {
    let built_in = Theme::built_in_names().chain(["auto"]).map(str::to_owned);
    let own = own_themes().into_iter().map(|(name, _)| name);
    built_in.chain(own).collect()
}

/// What is said of a name that is no theme, and the name that comes nearest.
fn unknown_theme(name: &str) -> (String, Option<String>) {
    let names = all_theme_names();
    let near = nearest(name, names.iter().map(String::as_str));
    let folder = Paths::of_user().map_or_else(String::new, |paths| {
        format!(", and files in {}", paths.themes.display())
    });
    let message = format!(
        "there is no theme {name}: there are {}{folder}",
        names.join(", ")
    );
    (message, near.map(|near| format!("did you mean `{near}`?")))
}
