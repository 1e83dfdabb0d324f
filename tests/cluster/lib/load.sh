# What runs in the cluster: the workloads and the simulated fleet. Sourced by `cluster`.

# Takes any cluster: `kube` is kubectl with the kubeconfig in charge.
workloads() {
  if [ -z "${KUBECONFIG_IN_CHARGE:-}" ]; then local KUBECONFIG_IN_CHARGE=$state/kubeconfig-admin KUBECTL_IN_CHARGE=$state/bin/kubectl; fi
  # Some of the pods are meant to be on their way out.
  kube() { KUBECONFIG=$KUBECONFIG_IN_CHARGE "$KUBECTL_IN_CHARGE" "$@" 2> >(grep -v '^Warning: Detected changes to resource .* being deleted' >&2); }
  case ${1:-} in
    '') apply_workloads ;;
    --delete) delete_workloads ;;
    *) fail "workloads takes --delete or nothing" ;;
  esac
}

apply_workloads() {
  local file
  # Namespaces first, and their service accounts, without which no pod may be made.
  kube apply -f "$here/workloads/namespaces.yaml" >/dev/null
  for file in shop states odd made; do wait_for 60 "the namespace $file" kube -n "$file" get serviceaccount default; done
  for file in shop states odd; do kube apply -f "$here/workloads/$file.yaml" >/dev/null; done
  [ "$KUBECONFIG_IN_CHARGE" != "$state/kubeconfig-admin" ] || kube apply -f "$here/workloads/own.yaml" >/dev/null
  # Pods of a node that nothing runs on: their status is ours to write.
  kube apply --server-side --force-conflicts -f "$here/workloads/made.yaml" >/dev/null
  kube apply --server-side --force-conflicts --subresource=status -f "$here/workloads/made.yaml" >/dev/null
  kube -n states get job report-once >/dev/null 2>&1 || kube -n states create job report-once --from=cronjob/report >/dev/null
  going terminating Ready
  going finalized Ready
  kube -n made delete pod made-lost made-terminating made-failed-going --wait=false --ignore-not-found >/dev/null
}

# Deletes a pod of `states` once it is there, so that it stays between life and death.
going() { # pod condition
  [ -z "$(kube -n states get pod "$1" -o 'jsonpath={.metadata.deletionTimestamp}')" ] || return 0
  kube -n states wait pod "$1" --for="condition=$2" --timeout=180s >/dev/null
  kube -n states delete pod "$1" --wait=false >/dev/null
}

delete_workloads() {
  local name namespaces=(shop states odd made)
  kube -n made patch pod made-failed-going --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  kube -n states patch pod finalized --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  kube delete -f "$here/workloads/namespaces.yaml" --wait=false --ignore-not-found >/dev/null
  for name in "${namespaces[@]}"; do kube -n "$name" delete pods --all --force --grace-period=0 >/dev/null 2>&1 || true; done
  for name in "${namespaces[@]}"; do kube wait --for=delete "namespace/$name" --timeout=120s >/dev/null 2>&1 || true; done
  kube delete node made --ignore-not-found >/dev/null
}

# fleet N: ten namespaces, ten deployments in each, N spread over them.
fleet() {
  local pods=$1 i j share
  if [ "$pods" = 0 ]; then
    for i in 0 1 2 3 4 5 6 7 8 9; do kubectl delete namespace "fleet-$i" --wait=false --ignore-not-found >/dev/null; done
    for i in 0 1 2 3 4 5 6 7 8 9; do kubectl wait --for=delete "namespace/fleet-$i" --timeout=600s >/dev/null; done
    kubectl delete node -l type=kwok >/dev/null
    stop_component fleet
    return
  fi
  start_component fleet
  {
    for i in $(seq 0 $((pods / 400))); do
      printf '%s\n' '---' "{apiVersion: v1, kind: Node, metadata: {name: fake-$i, labels: {type: kwok}, annotations: {kwok.x-k8s.io/node: fake}}," \
        ' spec: {taints: [{key: kwok, value: fake, effect: NoSchedule}]}, status: {allocatable: {cpu: "1000", memory: 1000Gi, pods: "500"}, capacity: {cpu: "1000", memory: 1000Gi, pods: "500"}}}'
    done
    for i in 0 1 2 3 4 5 6 7 8 9; do
      printf '%s\n' '---' "{apiVersion: v1, kind: Namespace, metadata: {name: fleet-$i}}"
      for j in 0 1 2 3 4 5 6 7 8 9; do
        share=$((pods / 100 + (i * 10 + j < pods % 100 ? 1 : 0)))
        printf '%s\n' '---' "{apiVersion: apps/v1, kind: Deployment, metadata: {name: service-$j, namespace: fleet-$i, labels: {fleet: podmux}}, spec: {replicas: $share, selector: {matchLabels: {app: service-$j}}, template:" \
          "{metadata: {labels: {app: service-$j}}, spec: {nodeSelector: {type: kwok}, tolerations: [{operator: Exists}], containers: [{name: app, image: fake}, {name: sidecar, image: fake}]}}}}"
      done
    done
  } | kubectl apply -f - >/dev/null
  note "waiting for $pods simulated pods"
  wait_for 600 "the simulated pods" fleet_is "$pods"
}

fleet_is() {
  local ready
  ready=$(kubectl get deployments -A -l fleet=podmux -o 'jsonpath={range .items[*]}{.status.readyReplicas}{"\n"}{end}' | awk '{n += $1} END {print n + 0}')
  [ "$ready" = "$1" ] || { sleep 1; return 1; }
}
