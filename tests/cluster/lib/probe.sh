# What this machine must be able to do. Each check tries the thing itself; the first that fails ends the script with one
# line and exit code 77. Sourced by `cluster`.

cannot() { note "cluster: cannot run here: $*"; exit "$cannot_run"; }

probe() {
  [ "$(uname -s)" = Linux ] || cannot "this is $(uname -s), not Linux"
  case $(uname -m) in x86_64 | aarch64) ;; *) cannot "no images for $(uname -m)" ;; esac
  [ "$(id -u)" = 0 ] || cannot "it needs root"
  probe_packages
  probe_mounts
  probe_cgroups
  probe_network
  probe_ports
}

# Installs Debian's packages for the commands that are not there.
probe_packages() {
  local missing=()
  command -v containerd >/dev/null || missing+=(containerd)
  command -v runc >/dev/null || missing+=(runc)
  [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
  [ -x /bin/busybox ] || missing+=(busybox-static)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v python3 >/dev/null || missing+=(python3)
  command -v mount >/dev/null || missing+=(mount)
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || cannot "missing ${missing[*]}, and there is no apt-get to install them"
  note "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"; } >&2 ||
    cannot "apt-get could not install ${missing[*]}"
}

# Mounts happen in a namespace of their own, next to the state folder, because overlays do not nest on every file system.
probe_mounts() {
  local place
  mkdir -p "$(dirname "$state")"
  place=$(mktemp -d "$(dirname "$state")/.podmux-probe.XXXXXX") || cannot "no folder can be made in $(dirname "$state")"
  mkdir "$place"/{tmpfs,lower,upper,work,merged}
  local tmpfs=no
  unshare --mount mount -t tmpfs none "$place/tmpfs" 2>/dev/null && tmpfs=yes
  snapshotter=native
  unshare --mount mount -t overlay overlay -o "lowerdir=$place/lower,upperdir=$place/upper,workdir=$place/work" "$place/merged" 2>/dev/null &&
    snapshotter=overlayfs
  rm -rf "$place"
  [ "$tmpfs" = yes ] || cannot "mounting is not allowed"
}

# The version-1 hierarchies that are mounted, one path a line; nothing on version 2.
cgroup_v1_roots() { awk '$3 == "cgroup" {print $2}' /proc/mounts; }

# Where processes may be held: the mixed layout has a version-2 tree beside the version-1 hierarchies.
cgroup_roots() { awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/mounts; }

make_cgroup() { # name
  local root controller
  if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
    for controller in cpu cpuset memory pids; do
      grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers || return 1
      echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || return 1
    done
    mkdir -p "/sys/fs/cgroup/$1"
    return
  fi
  [ -n "$(cgroup_v1_roots)" ] || return 1
  for root in $(cgroup_v1_roots); do
    mkdir -p "$root/$1" || return 1
    if [ -f "$root/$1/cpuset.cpus" ]; then
      cat "$root/cpuset.cpus" >"$root/$1/cpuset.cpus" && cat "$root/cpuset.mems" >"$root/$1/cpuset.mems" || return 1
    fi
  done
}

remove_cgroup() { # name
  local root
  for root in $(cgroup_roots); do
    [ -d "$root/$1" ] && find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null
  done
  return 0
}

probe_cgroups() {
  local result=0
  make_cgroup "podmux-probe-$$" 2>/dev/null || result=1
  remove_cgroup "podmux-probe-$$"
  [ $result -eq 0 ] || cannot "control groups (cpu, cpuset, memory, pids) cannot be made"
}

probe_network() {
  unshare --net sh -c 'ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2' 2>/dev/null ||
    cannot "a network namespace with a bridge and a veth pair cannot be made"
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

probe_ports() {
  local name number
  for name in apiserver:$port etcd:$etcd_port kubelet:$kubelet_port metrics:$metrics_port; do
    number=${name#*:}
    if ! running "${name%:*}" && port_taken "$number"; then
      cannot "port $number is taken by another program (PODMUX_CLUSTER_PORT names another one)"
    fi
  done
}

# Go is asked for only when something must be built. Any Go from 1.21 on fetches the toolchain that go.mod names.
probe_go() {
  if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then PATH=$PATH:/usr/local/go/bin; fi
  command -v go >/dev/null || cannot "there is no Go to build Kubernetes with"
  local minor
  minor=$(go version | sed -n 's/.*go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 21 ] || cannot "$(go version) is too old to build Kubernetes with"
  local free
  free=$(df -Pk "$cache" | awk 'NR == 2 {print int($4 / 1048576)}')
  [ "$free" -ge 8 ] || cannot "building needs 8 GB of disk, $free are free in $cache"
}
