# Binaries and images, kept outside the tree under the hash of everything that made them. Sourced by `cluster`.

metrics_version=v0.9.0
fleet_version=v0.8.0
images=(pause static busybox debian commandless)

hash_of() { sha256sum | cut -c1-16; }

# One builder at a time: a second one waits and then finds everything done.
locked() {
  mkdir -p "$cache"
  exec 8>"$cache/lock"
  flock 8
  "$@"
  exec 8>&-
}

kube_hash() { (cd "$here/kube" && cat -- *.go go.mod go.sum | hash_of); }

build_binaries() { locked build_binaries_alone; }

build_binaries_alone() {
  local folder
  folder=$cache/kube-$(kube_hash)
  [ -x "$folder/kubectl" ] || build_kube "$folder"
  touch "$folder"
  build_module "$cache/metrics-server-$metrics_version" "sigs.k8s.io/metrics-server/cmd/metrics-server@$metrics_version"
  build_module "$cache/kwok-$fleet_version" "sigs.k8s.io/kwok/cmd/kwok@$fleet_version"
  # What nobody has used for a month was made from sources that are gone.
  find "$cache" -maxdepth 1 -name 'kube-*' -mtime +30 -exec rm -rf {} +
}

build_kube() { # folder
  probe_go
  note "building Kubernetes from Go modules (5 to 10 minutes on two cores, once)"
  local version minor building=$1.building
  version=$(sed -n 's|.*k8s.io/kubernetes \(v[0-9.]*\).*|\1|p' "$here/kube/go.mod" | head -1)
  minor=${version#v1.}
  rm -rf "$building"
  mkdir -p "$building"
  (cd "$here/kube" && CGO_ENABLED=0 go build -trimpath -o "$building/kube" \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${minor%%.*}" .)
  ln -s kube "$building/kubectl"
  rm -rf "$1"
  mv "$building" "$1"
}

build_module() { # file module@version
  [ -x "$1" ] && return
  probe_go
  note "building ${2##*/}"
  local folder=$1.building
  rm -rf "$folder"
  GOBIN=$folder CGO_ENABLED=0 go install -trimpath "$2"
  mv "$folder"/* "$1"
  rmdir "$folder"
}

# The state folder's own bin, so that what runs stays the same while the cache moves on.
link_binaries() {
  mkdir -p "$state/bin"
  local folder
  folder=$cache/kube-$(kube_hash)
  ln -sfn "$folder/kube" "$state/bin/kube"
  ln -sfn "$folder/kube" "$state/bin/kubectl"
  ln -sfn "$cache/metrics-server-$metrics_version" "$state/bin/metrics-server"
  ln -sfn "$cache/kwok-$fleet_version" "$state/bin/kwok"
}

# --- images: each recipe fills a root folder; its text is part of the image's hash ---------------------------------

# The test machine's own release where it is Debian, so that a podmux built here runs inside the image.
debian_suite() { (. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-bookworm}" || echo bookworm); }

recipe_pause() { mkdir -p "$1" && cp "$idle" "$1/idle"; }

# One binary and nothing else: no shell to start.
recipe_static() { recipe_pause "$1"; }

# No command: the container cannot be created.
recipe_commandless() { recipe_pause "$1"; }

recipe_busybox() {
  mkdir -p "$1"/{bin,etc,tmp,root,proc,dev,sys}
  cp /bin/busybox "$idle" "$1/bin/"
  local applet
  /bin/busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -sf busybox "$1/bin/$applet"; done
  printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/tmp:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\napp:x:1000:\n' >"$1/etc/group"
  chmod 1777 "$1/tmp"
}

recipe_debian() {
  note "building the Debian image (about two minutes, once)"
  debootstrap --variant=minbase --include=procps,psmisc,vim-tiny,less,nano,dialog,htop,strace,tmux,sudo,ncurses-term,ca-certificates "$(debian_suite)" "$1" \
    >"$cache/debootstrap.log" 2>&1 || { tail -5 "$cache/debootstrap.log" >&2; return 1; }
  rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,man,locale}/*
  cp "$idle" "$1/bin/idle"
  chroot "$1" useradd -m -u 1000 -s /bin/bash app
  echo 'app ALL=(ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/app"
}

image_tag() { case $1 in pause) echo localhost/pause:1 ;; *) echo "localhost/test-$1:1" ;; esac; }

image_command() {
  case $1 in
    pause | static) echo /idle ;;
    commandless) ;;
    *) echo /bin/idle ;;
  esac
}

image_hash() { # name
  {
    declare -f "recipe_$1" recipe_pause image_tag image_command
    debian_suite
    uname -m
    cat "$here/images/idle.c" "$here/images/pack.py"
    [ "$1" != busybox ] || sha256sum /bin/busybox
  } | hash_of
}

build_images() { locked build_images_alone; }

build_images_alone() {
  mkdir -p "$cache/images"
  local name file root idle=$cache/images/idle
  for name in "${images[@]}"; do
    file=$cache/images/$name-$(image_hash "$name").tar
    if [ ! -f "$file" ]; then
      gcc -O2 -static -o "$idle" "$here/images/idle.c"
      root=$(mktemp -d "$cache/images/root.XXXXXX")
      chmod 755 "$root"
      "recipe_$name" "$root"
      # shellcheck disable=SC2046 # an image without a command has no word here
      python3 "$here/images/pack.py" "$(image_tag "$name")" "$root" "$file.part" $(image_command "$name")
      mv "$file.part" "$file"
      rm -rf "$root"
      find "$cache/images" -name "$name-*.tar" ! -path "$file" -mtime +30 -delete
    fi
    ln -sfn "$(basename "$file")" "$cache/images/$name.tar"
  done
}

# Tags are stable; what stands behind them is imported anew when its hash changes.
import_images() {
  mkdir -p "$state/imported"
  local name hash
  for name in "${images[@]}"; do
    hash=$(image_hash "$name")
    [ "$(cat "$state/imported/$name" 2>/dev/null)" = "$hash" ] && continue
    ctr -a "$containerd_socket" -n k8s.io images import --snapshotter "$(cat "$state/snapshotter")" \
      "$cache/images/$name-$hash.tar" >/dev/null
    echo "$hash" >"$state/imported/$name"
  done
}
