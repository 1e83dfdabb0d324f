//! Owns what the console looks like: draws `&App` with ratatui and returns nothing. Everything comes through the roles of the theme;
//! colour only repeats what mark and word say. Knows nothing of keys or of effects. Called by `runtime`.

mod contexts;
mod drawn;
mod frame;
mod grid;
mod overlay;
mod paint;
mod pane;
mod pod_list;
mod status_line;
mod text;
mod top_line;
mod words;

#[cfg(test)]
mod tests;

pub use drawn::Drawn;
pub use frame::draw;
