//! Owns the small root of a sandbox: the system read-only, files of its own, a private /tmp, /proc and /dev. Linux only. Built once by the
//! first process of a sandbox.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::pivot_root;

use super::namespaces::APP;
use super::{ContainerOrder, StageError};

/// Where the new root is put together; any directory that every machine has.
const BASE: &str = "/tmp";

/// Directories of the machine that programs need.
const SYSTEM: [&str; 7] = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Files of the machine that programs need, where they are.
const SYSTEM_FILES: [&str; 2] = ["etc/ld.so.cache", "etc/alternatives"];

/// Devices that are harmless.
const DEVICES: [&str; 5] = ["null", "zero", "random", "urandom", "tty"];

/// Nothing.
const NONE: Option<&str> = None;

/// Builds the root and moves into it; the old one is gone afterwards.
pub(super) fn build(order: &ContainerOrder) -> Result<(), StageError> {
    let all_private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(NONE, "/", NONE, all_private, NONE).map_err(StageError::step("private mounts"))?;
    let base = Path::new(BASE);
    filesystem("tmpfs", base, "size=4m,mode=755")?;
    for name in SYSTEM {
        system_directory(base, name)?;
    }
    own_files(base, order)?;
    for name in SYSTEM_FILES {
        system_file(base, name)?;
    }
    devices(base)?;
    for (name, kind, options) in [("proc", "proc", ""), ("tmp", "tmpfs", "size=64m,mode=1777")] {
        let place = base.join(name);
        directory(&place)?;
        filesystem(kind, &place, options)?;
    }
    enter(base)
}

fn enter(base: &Path) -> Result<(), StageError> {
    let old = base.join(".old");
    directory(&old)?;
    pivot_root(base, &old).map_err(StageError::step("pivot_root"))?;
    std::env::set_current_dir("/").map_err(StageError::step("/"))?;
    umount2("/.old", MntFlags::MNT_DETACH).map_err(StageError::step("old root"))?;
    fs::remove_dir("/.old").map_err(StageError::step("/.old"))?;
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    let flags = flags | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(NONE, "/", NONE, flags, NONE).map_err(StageError::step("read-only root"))
}

fn filesystem(kind: &str, place: &Path, options: &str) -> Result<(), StageError> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some(kind), place, Some(kind), flags, Some(options))
        .map_err(StageError::step(format!("mount {kind}")))
}

/// A link stays a link; a directory is shown read-only; what is not there is left out.
fn system_directory(base: &Path, name: &str) -> Result<(), StageError> {
    let (source, place) = (Path::new("/").join(name), base.join(name));
    let Ok(metadata) = fs::symlink_metadata(&source) else {
        return Ok(());
    };
    if metadata.is_symlink() {
        let target = fs::read_link(&source).map_err(StageError::step(name))?;
        return symlink(target, &place).map_err(StageError::step(name));
    }
    directory(&place)?;
    bind_read_only(&source, &place)
}

fn system_file(base: &Path, name: &str) -> Result<(), StageError> {
    let (source, place) = (Path::new("/").join(name), base.join(name));
    match fs::metadata(&source) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => directory(&place)?,
        Ok(_) => file(&place, "")?,
    }
    bind_read_only(&source, &place)
}

fn bind_read_only(source: &Path, place: &Path) -> Result<(), StageError> {
    let what = || format!("bind {}", source.display());
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(source), place, NONE, flags, NONE).map_err(StageError::step(what()))?;
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID;
    // Flags that the machine set are locked for us: they have to be named again.
    let kept = statvfs(place).map_err(StageError::step(what()))?.flags();
    let known = [
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    let kept = known
        .iter()
        .filter(|(flag, _)| kept.contains(*flag))
        .map(|(_, flag)| *flag);
    let flags = kept.fold(flags, |all, flag| all | flag);
    mount(NONE, place, NONE, flags, NONE).map_err(StageError::step(what()))
}

fn devices(base: &Path) -> Result<(), StageError> {
    let dev = base.join("dev");
    directory(&dev)?;
    for name in DEVICES {
        let (source, place) = (Path::new("/dev").join(name), dev.join(name));
        file(&place, "")?;
        mount(Some(&source), &place, NONE, MsFlags::MS_BIND, NONE)
            .map_err(StageError::step(format!("device {name}")))?;
    }
    // Terminals of its own: none of the machine's can be opened.
    let terminals = dev.join("pts");
    directory(&terminals)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    let options = "newinstance,ptmxmode=0666,mode=0620";
    mount(
        Some("devpts"),
        &terminals,
        Some("devpts"),
        flags,
        Some(options),
    )
    .map_err(StageError::step("mount devpts"))?;
    symlink("pts/ptmx", dev.join("ptmx")).map_err(StageError::step("ptmx"))
}

fn own_files(base: &Path, order: &ContainerOrder) -> Result<(), StageError> {
    let ContainerOrder {
        hostname,
        container,
        revision,
    } = order;
    directory(&base.join("etc"))?;
    directory(&base.join("etc/app"))?;
    let files = [
        (
            "etc/passwd",
            format!("app:x:{APP}:{APP}:app:/tmp:/bin/sh\n"),
        ),
        ("etc/group", format!("app:x:{APP}:\n")),
        ("etc/hostname", format!("{hostname}\n")),
        ("etc/hosts", format!("127.0.0.1 localhost {hostname}\n")),
        ("etc/app/rev", format!("{revision}\n")),
        (
            "etc/app/app.conf",
            format!("listen = 8080\nworkers = 4\ncontainer = {container}\n"),
        ),
    ];
    for (name, text) in files {
        file(&base.join(name), &text)?;
    }
    Ok(())
}

fn directory(place: &Path) -> Result<(), StageError> {
    fs::create_dir(place).map_err(StageError::step(place.display().to_string()))
}

fn file(place: &Path, text: &str) -> Result<(), StageError> {
    fs::write(place, text).map_err(StageError::step(place.display().to_string()))
}
