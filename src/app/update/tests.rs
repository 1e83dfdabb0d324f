mod broadcast;
mod cancel;
mod opening;
