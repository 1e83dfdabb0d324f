# Certificates, users and their kubeconfigs: whole ones, and ones that are wrong in one way each. Sourced by `cluster`.

pki=$state/pki

sign() { # name subject extensions [start end]
  local name=$1 subject=$2 extensions=$3
  openssl req -newkey rsa:2048 -nodes -subj "$subject" -keyout "$pki/$name.key" -out "$pki/$name.csr" 2>/dev/null
  if [ $# -gt 3 ]; then
    sign_between "$name" "$extensions" "$4" "$5"
  else
    openssl x509 -req -in "$pki/$name.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 \
      -extfile <(printf '%s\n' "$extensions") -out "$pki/$name.crt" 2>/dev/null
  fi
}

# `openssl x509` cannot date back; `openssl ca` can.
sign_between() { # name extensions start end
  mkdir -p "$pki/ca-store"
  : >"$pki/ca-store/index.txt"
  cat >"$pki/ca-store/openssl.cnf" <<CNF
[ca]
default_ca = store
[store]
new_certs_dir = $pki/ca-store
database = $pki/ca-store/index.txt
rand_serial = yes
certificate = $pki/ca.crt
private_key = $pki/ca.key
default_md = sha256
policy = any
x509_extensions = wanted
[any]
organizationName = optional
commonName = supplied
[wanted]
$2
CNF
  openssl ca -batch -notext -config "$pki/ca-store/openssl.cnf" -startdate "$3" -enddate "$4" \
    -in "$pki/$1.csr" -out "$pki/$1.crt" 2>/dev/null
}

make_ca() { # name
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -keyout "$pki/$1.key" -out "$pki/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

make_certificates() {
  [ -f "$pki/done" ] && return
  mkdir -p "$pki"
  chmod 700 "$pki"
  make_ca ca
  make_ca other-ca
  sign apiserver /CN=kube-apiserver "subjectAltName=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$service_address
extendedKeyUsage=serverAuth"
  sign admin /O=system:masters/CN=admin 'extendedKeyUsage=clientAuth'
  sign front-proxy /CN=front-proxy 'extendedKeyUsage=clientAuth'
  sign expired-certificate /O=system:masters/CN=admin 'extendedKeyUsage=clientAuth' 20200101000000Z 20200102000000Z
  openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
  # Token, name, uid: roles.yaml says what each may do.
  cat >"$pki/tokens.csv" <<CSV
exec-get,exec-get,1
exec-create,exec-create,2
one-namespace,one-namespace,3
reader,reader,4
nobody,nobody,5
operator,operator,6
impersonator,impersonator,7
CSV
  touch "$pki/done"
}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d =; }

# A service account's token, rightly signed, that ended in 2020.
expired_token() {
  local head body
  head=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url)
  body=$(printf '{"iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:default:default","aud":["https://kubernetes.default.svc"],"iat":1577836800,"nbf":1577836800,"exp":1577923200,"kubernetes.io":{"namespace":"default","serviceaccount":{"name":"default","uid":"0"}}}' | base64url)
  printf '%s.%s.%s' "$head" "$body" "$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -sign "$pki/sa.key" -binary | base64url)"
}

kubeconfig() { # name user-fields [cluster-fields] [namespace]
  local file=$state/kubeconfig-$1
  local cluster=${3:-"server: \"https://127.0.0.1:$port\", certificate-authority: $pki/ca.crt"}
  (umask 077 && cat >"$file" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {$cluster}}]
users: [{name: $1, user: {$2}}]
contexts: [{name: test-$1, context: {cluster: test, user: $1, namespace: ${4:-default}}}]
current-context: test-$1
YAML
  )
}

write_kubeconfigs() {
  local user server="server: \"https://127.0.0.1:$port\""
  local certificate="client-certificate: $pki/admin.crt, client-key: $pki/admin.key"
  local plugin='apiVersion: client.authentication.k8s.io/v1, interactiveMode'
  kubeconfig admin "$certificate"
  for user in exec-get exec-create reader nobody operator impersonator; do kubeconfig "$user" "token: $user"; done
  kubeconfig one-namespace 'token: one-namespace' '' team

  # Other ways to be the same people.
  kubeconfig embedded "client-certificate-data: $(openssl base64 -A <"$pki/admin.crt"), client-key-data: $(openssl base64 -A <"$pki/admin.key")" \
    "$server, certificate-authority-data: $(openssl base64 -A <"$pki/ca.crt")"
  printf reader >"$state/reader.token"
  kubeconfig token-file "tokenFile: $state/reader.token"
  kubeconfig impersonated "token: impersonator, as: reader, as-groups: [testers]"
  kubeconfig insecure 'token: reader' "$server, insecure-skip-tls-verify: true"
  kubeconfig plugin "exec: {$plugin: Never, command: $state/bin/credential-plugin, args: [token, reader]}"
  kubeconfig plugin-certificate "exec: {$plugin: Never, command: $state/bin/credential-plugin, args: [certificate]}"

  # Wrong in one way each.
  kubeconfig expired-certificate "client-certificate: $pki/expired-certificate.crt, client-key: $pki/expired-certificate.key"
  kubeconfig expired-token "token: $(expired_token)"
  kubeconfig wrong-token 'token: nobody-knows-this-one'
  kubeconfig wrong-ca "$certificate" "$server, certificate-authority: $pki/other-ca.crt"
  kubeconfig wrong-name "$certificate" "$server, certificate-authority: $pki/ca.crt, tls-server-name: elsewhere.example"
  kubeconfig unreachable "$certificate" "server: \"https://127.0.0.1:1\", certificate-authority: $pki/ca.crt"
  kubeconfig plugin-fails "exec: {$plugin: Never, command: $state/bin/credential-plugin, args: [fail]}"
  kubeconfig plugin-missing "exec: {$plugin: Never, command: $state/bin/no-such-plugin, installHint: install the no-such-plugin}"
  kubeconfig plugin-prompts "exec: {$plugin: IfAvailable, command: $state/bin/credential-plugin, args: [prompt]}"
  kubeconfig plugin-hangs "exec: {$plugin: Never, command: $state/bin/credential-plugin, args: [hang]}"
  kubeconfig plugin-garbage "exec: {$plugin: Never, command: $state/bin/credential-plugin, args: [garbage]}"
  install -m 755 "$here/credential-plugin" "$state/bin/credential-plugin"
  printf 'apiVersion: v1\nkind: Config\nclusters: [{name: [}\n' >"$state/kubeconfig-malformed"
}
