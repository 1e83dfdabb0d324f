mod broadcast;
mod cancel;
mod composing;
mod opening;
mod rails;
mod settings;
