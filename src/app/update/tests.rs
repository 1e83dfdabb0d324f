mod broadcast;
mod cancel;
mod composing;
mod history;
mod opening;
mod rails;
mod record;
mod run;
