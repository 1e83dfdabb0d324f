# Starting, stopping and clearing away the components. Sourced by `cluster`.

# --- processes: a pid file holds "pid start-time", so that a number used again is not mistaken for ours -------------

# Empty for a process that is gone, also while nobody has collected it.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }

pid_of() { cut -d' ' -f1 "$state/$1.pid"; }

running() {
  local pid start
  [ -f "$state/$1.pid" ] || return 1
  read -r pid start <"$state/$1.pid" || return 1
  [ -n "$pid" ] && [ "$(start_time "$pid")" = "$start" ]
}

launch() { # name command...
  local name=$1
  shift
  running "$name" && return
  setsid "$@" >>"$state/$name.log" 2>&1 </dev/null 8>&- 9>&- &
  local pid=$!
  echo "$pid $(start_time "$pid")" >"$state/$name.pid"
  disown
}

wait_for() { # seconds what command...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $deadline ]; then note "gave up waiting for $what; logs are in $state"; return 1; fi
    sleep 0.3
  done
}

kubectl() { KUBECONFIG=$state/kubeconfig-admin "$state/bin/kubectl" "$@"; }

# --- each component ------------------------------------------------------------------------------------------------

start_etcd() {
  launch etcd "$state/bin/kube" etcd --data-dir "$state/etcd" --unsafe-no-fsync --log-level error \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls http://127.0.0.1:0 --quota-backend-bytes 4000000000
  wait_for 60 etcd port_taken "$etcd_port"
}

start_apiserver() {
  cat >"$state/audit.yaml" <<YAML
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, resources: [{group: "", resources: [pods/exec, pods/attach, pods/portforward, pods/ephemeralcontainers]}]}
- {level: None}
YAML
  launch apiserver "$state/bin/kube" kube-apiserver --etcd-servers "http://127.0.0.1:$etcd_port" \
    --bind-address 127.0.0.1 --secure-port "$port" --endpoint-reconciler-type none --service-cluster-ip-range "$service_subnet" \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --client-ca-file "$pki/ca.crt" --token-auth-file "$pki/tokens.csv" --authorization-mode RBAC \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/sa.key" \
    --service-account-signing-key-file "$pki/sa.key" --kubelet-preferred-address-types Hostname \
    --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key" \
    --audit-policy-file "$state/audit.yaml" --audit-log-path "$state/audit.log" \
    --max-requests-inflight 2000 --max-mutating-requests-inflight 1000
  wait_for 120 "the API server" kubectl get --raw /readyz
}

start_manager() {
  launch manager "$state/bin/kube" kube-controller-manager --kubeconfig "$state/kubeconfig-admin" --leader-elect=false \
    --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" --secure-port 0 \
    --kube-api-qps 500 --kube-api-burst 1000
}

start_scheduler() {
  launch scheduler "$state/bin/kube" kube-scheduler --kubeconfig "$state/kubeconfig-admin" --leader-elect=false --secure-port 0 \
    --kube-api-qps 500 --kube-api-burst 1000
}

# Pods reach the API server as in any cluster, by its service address; no service proxy is needed for that one address.
start_forward() {
  ip addr add "$service_address/32" dev lo 2>/dev/null || true
  launch forward "$state/bin/kube" forward "$service_address:443" "127.0.0.1:$port"
}

start_containerd() {
  mkdir -p "$state/cni"
  cat >"$state/cni/10-test.conflist" <<JSON
{"cniVersion":"0.4.0","name":"$bridge","plugins":[{"type":"bridge","bridge":"$bridge","isGateway":true,"ipMasq":false,
"ipam":{"type":"host-local","dataDir":"$state/cni-ipam","ranges":[[{"subnet":"$pod_subnet"}]],"routes":[{"dst":"$service_subnet"}]}}]}
JSON
  # Runtime class few-pids: containers whose own control group holds 16 processes.
  ctr oci spec | python3 -c 'import json, sys
spec = json.load(sys.stdin)
spec["linux"].setdefault("resources", {})["pids"] = {"limit": 16}
json.dump(spec, sys.stdout)' >"$state/few-pids.json"
  cat >"$state/containerd.toml" <<TOML
version = 2
root = "$state/containerd"
state = "$state/containerd-run"
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "localhost/pause:1"
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    snapshotter = "$(cat "$state/snapshotter")"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.few-pids]
      runtime_type = "io.containerd.runc.v2"
      base_runtime_spec = "$state/few-pids.json"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
TOML
  launch containerd containerd -c "$state/containerd.toml" -l warn
  wait_for 60 containerd ctr -a "$containerd_socket" version
  import_images
}

start_kubelet() {
  make_cgroup "$cgroup"
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $kubelet_port
healthzPort: 0
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
podLogsDir: $state/pod-logs
volumePluginDir: $state/kubelet/volume-plugins
enforceNodeAllocatable: []
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: "50Mi"}
# A machine whose disk is full otherwise loses images that no registry can give back, the sandboxes' own first.
imageGCHighThresholdPercent: 100
maxPods: 500
podPidsLimit: 1000
registryPullQPS: 0
serializeImagePulls: false
kubeAPIQPS: 200
kubeAPIBurst: 400
YAML
  mkdir -p "$state/kubelet"
  launch kubelet "$state/bin/kube" kubelet --config "$state/kubelet.yaml" --kubeconfig "$state/kubeconfig-admin" \
    --hostname-override localhost --root-dir "$state/kubelet" --cert-dir "$state/kubelet/pki"
}

node_ready() { kubectl get node localhost -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -q True; }

start_metrics() {
  launch metrics "$state/bin/metrics-server" --kubeconfig "$state/kubeconfig-admin" --authentication-kubeconfig "$state/kubeconfig-admin" \
    --authorization-kubeconfig "$state/kubeconfig-admin" --cert-dir "$state/metrics" --secure-port "$metrics_port" --bind-address 127.0.0.1 \
    --kubelet-insecure-tls --kubelet-use-node-status-port --kubelet-preferred-address-types Hostname --metric-resolution 15s
  kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: metrics-server, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost, ports: [{port: $metrics_port}]}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {group: metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true,
       service: {name: metrics-server, namespace: kube-system, port: $metrics_port}}
YAML
}

start_fleet() {
  launch fleet "$state/bin/kwok" --kubeconfig "$state/kubeconfig-admin" --manage-all-nodes=false \
    --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake --config "$here/fleet.yaml" --node-lease-duration-seconds 40
}

# --- the whole -----------------------------------------------------------------------------------------------------

# A sixteenth of 198.18.0.0/15, the range for tests between networks: pods in its first half, services in its second.
choose_subnet() {
  local first i
  if [ ! -f "$state/subnet" ]; then
    first=$((port / 10 % 16))
    for i in $(seq 0 15); do
      i=$(((first + i) % 16 * 16))
      ip -4 -o addr | grep -qE " 198\.1[89]\.$i\." || { echo "$i" >"$state/subnet"; break; }
    done
    [ -f "$state/subnet" ] || cannot "all subnets of 198.18.0.0/15 are in use"
  fi
  read_subnet
}

read_subnet() {
  subnet=$(cat "$state/subnet")
  pod_subnet=198.18.$subnet.0/20
  service_subnet=198.19.$subnet.0/20
  service_address=198.19.$subnet.1
}

# The settings of the machine that a kubelet and a bridge change.
changed_settings=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes net.ipv4.ip_forward)

keep_settings() {
  [ -f "$state/settings" ] && return
  local name
  for name in "${changed_settings[@]}"; do
    [ -r "/proc/sys/${name//.//}" ] && echo "$name $(cat "/proc/sys/${name//.//}")"
  done >"$state/settings" || true
}

restore_settings() {
  local name value
  while read -r name value; do
    [ "$(cat "/proc/sys/${name//.//}")" = "$value" ] || echo "$value" >"/proc/sys/${name//.//}" || true
  done <"$state/settings"
}

# One up or down at a time for one state folder.
lock_state() {
  exec 9>"$state.lock"
  flock 9
}

up() {
  probe
  build_binaries
  build_images
  lock_state
  mkdir -p "$state"
  chmod 711 "$state"
  touch "$state/made-by-podmux-tests"
  echo "$port" >"$state/port"
  echo "$snapshotter" >"$state/snapshotter"
  choose_subnet
  keep_settings
  make_certificates
  link_binaries
  write_kubeconfigs
  start_etcd
  start_apiserver
  start_forward
  start_manager
  start_scheduler
  start_containerd
  start_kubelet
  wait_for 120 "the node" node_ready
  kubectl apply -f "$here/roles.yaml" >/dev/null
  start_metrics
  exec 9>&-
  note "ready: eval \"\$($0 env)\""
}

start_component() {
  [ -f "$state/subnet" ] || fail "no cluster in $state; \`cluster up\` makes one"
  read_subnet
  "start_$1"
}

stop_component() {
  running "$1" || return 0
  kill -KILL "$(pid_of "$1")"
  while running "$1"; do sleep 0.05; done
}

freeze_component() { running "$1" || fail "$1 does not run"; kill -STOP "$(pid_of "$1")"; }
thaw_component() { running "$1" || fail "$1 does not run"; kill -CONT "$(pid_of "$1")"; }

# Every process of every pod: they all live below our control group.
kill_pods() {
  local root file pid left
  for _ in $(seq 100); do
    left=0
    for root in $(cgroup_roots); do
      [ -d "$root/$cgroup" ] || continue
      while read -r file; do
        while read -r pid; do
          left=1
          kill -KILL "$pid" 2>/dev/null || true
        done <"$file"
      done < <(find "$root/$cgroup" -name cgroup.procs)
    done
    [ $left = 0 ] && return
    sleep 0.1
  done
}

kill_shims() {
  local process
  for process in /proc/[0-9]*; do
    case $(readlink "$process/exe" 2>/dev/null) in
      */containerd-shim*)
        if tr '\0' '\n' <"$process/cmdline" 2>/dev/null | grep -qxF -- "$containerd_socket"; then
          kill -KILL "${process#/proc/}" 2>/dev/null || true
        fi
        ;;
    esac
  done
}

down() {
  [ -d "$state" ] || return 0
  [ -f "$state/made-by-podmux-tests" ] || fail "$state was not made by this script"
  [ "$(id -u)" = 0 ] || fail "needs root"
  lock_state
  local name tasks namespaces sockets
  for name in kubelet manager scheduler fleet metrics; do stop_component "$name"; done
  tasks=$state/containerd-run/io.containerd.runtime.v2.task/k8s.io
  namespaces=$(grep -oh '/run/netns/cni-[0-9a-f-]*' "$tasks"/*/config.json 2>/dev/null | sort -u || true)
  sockets=$(cat "$tasks"/*/address 2>/dev/null | tr -d '\0' | sed 's|unix://|\n|g' || true)
  stop_component containerd
  kill_pods
  kill_shims
  for name in forward apiserver etcd; do stop_component "$name"; done
  for name in $namespaces; do umount "$name" 2>/dev/null || true; rm -f "$name"; done
  for name in $sockets; do rm -f "$name"; done
  awk -v under="$state/" 'index($2, under) == 1 {print $2}' /proc/mounts | sort -r | while read -r name; do umount -l "$name" || true; done
  ip link del "$bridge" 2>/dev/null || true
  if [ -f "$state/subnet" ]; then
    read_subnet
    ip addr del "$service_address/32" dev lo 2>/dev/null || true
  fi
  remove_cgroup "$cgroup"
  [ ! -d /var/log/containers ] || find /var/log/containers -lname "$state/*" -delete
  [ ! -f "$state/settings" ] || restore_settings
  rm -rf --one-file-system "$state"
  rm -f "$state.lock"
}
