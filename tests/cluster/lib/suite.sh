# Runs suite/ against the own cluster, or against any other that PODMUX_TEST_KUBECONFIG names. Sourced by `cluster`.

run_suite() {
  local name='' repeat=1
  while [ $# -gt 0 ]; do
    case $1 in
      --repeat) repeat=${2:?how often?}; shift 2 ;;
      --*) fail "test takes [NAME] [--repeat N], not $1" ;;
      *) name=$1; shift ;;
    esac
  done
  [[ $repeat =~ ^[1-9][0-9]*$ ]] || fail "--repeat takes a number from 1 on, not $repeat"
  local skip=()
  if [ -n "${PODMUX_TEST_KUBECONFIG:-}" ]; then
    choose_foreign
    # Faults and users belong to the own cluster.
    skip=(--skip own_cluster::)
  else
    choose_own
  fi
  workloads
  repeat_suite "$name" "$repeat" "${skip[@]}"
}

choose_foreign() {
  [ -f "$PODMUX_TEST_KUBECONFIG" ] || fail "PODMUX_TEST_KUBECONFIG names $PODMUX_TEST_KUBECONFIG, which is not a file"
  PODMUX_TEST_KUBECONFIG=$(realpath "$PODMUX_TEST_KUBECONFIG")
  KUBECONFIG_IN_CHARGE=$PODMUX_TEST_KUBECONFIG
  KUBECTL_IN_CHARGE=${PODMUX_TEST_KUBECTL:-$(command -v kubectl || true)}
  [ -n "$KUBECTL_IN_CHARGE" ] || { build_binaries && KUBECTL_IN_CHARGE=$cache/kube-$(kube_hash)/kubectl; }
  KUBECONFIG=$KUBECONFIG_IN_CHARGE "$KUBECTL_IN_CHARGE" get --raw /readyz >/dev/null ||
    fail "the cluster of PODMUX_TEST_KUBECONFIG does not answer"
}

choose_own() {
  up
  KUBECONFIG_IN_CHARGE=$state/kubeconfig-admin
  KUBECTL_IN_CHARGE=$state/bin/kubectl
  export PODMUX_TEST_STATE=$state PODMUX_TEST_CLUSTER=$here/cluster
  export PODMUX_CLUSTER_STATE=$state PODMUX_CLUSTER_PORT=$port PODMUX_CLUSTER_CACHE=$cache
}

repeat_suite() { # name repeat skip...
  local name=$1 repeat=$2 run failed=0 log
  shift 2
  log=$(mktemp)
  for run in $(seq "$repeat"); do
    [ "$repeat" = 1 ] || note "run $run of $repeat"
    # shellcheck disable=SC2086 # an empty name is no word
    if ! (cd "$here/../.." && KUBECONFIG=$KUBECONFIG_IN_CHARGE PODMUX_TEST_KUBECTL=$KUBECTL_IN_CHARGE \
      cargo test --test cluster -- --ignored --test-threads=1 "$@" $name 2>&1 | tee "$log"); then
      failed=$((failed + 1))
    elif grep -q '^running 0 tests' "$log"; then
      rm -f "$log"
      fail "no test has '$name' in its name"
    fi
  done
  rm -f "$log"
  [ "$repeat" = 1 ] || note "$repeat runs, $failed failed"
  [ $failed = 0 ]
}
