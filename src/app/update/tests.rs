mod broadcast;
mod cancel;
mod opening;
mod run;
