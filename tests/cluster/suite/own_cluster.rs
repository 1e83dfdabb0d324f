//! What only the own cluster has: its users and the faults that the script can make.

mod access;
mod faults;
mod in_cluster;
mod openings;
mod sessions;
mod short_lives;
mod users;
