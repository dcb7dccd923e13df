#!/bin/sh
# Moves the modules of this folder to other versions: edit the versions below, run it, and review the diff.
# Needs the Go toolchain and the module proxy of the machine's own configuration.
set -eu
cd "$(dirname "$0")"

KUBERNETES=v1.34.4
ETCD=v3.6.13
HELM=v3.22.0
COREDNS=v1.15.0
CONTOUR=v1.33.8
KWOK=v0.8.0
# 5.7 needs Go 1.26.10.
COMPOSE=v5.2.0
PROMETHEUS_OPERATOR=v0.85.0
GOPHER_LUA=v1.1.2
# 1.4 needs Go 1.27.
FLUX_CLI_UTILS=v1.3.0

export GOTOOLCHAIN=local

# k8s.io/kubernetes requires its staging modules at v0.0.0, which exists nowhere: each is replaced by the
# published module of the same release, v0.<minor>.<patch>.
staging_replacements() {
  go_mod=$(go mod download -json "k8s.io/kubernetes@$KUBERNETES" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  sed -n 's|^[[:space:]]*\(k8s.io/[a-z-]*\) v0.0.0$|\1|p' "$go_mod" | sort -u | while read -r module; do
    echo "	$module => $module v0.${KUBERNETES#v1.}"
  done
}

# A family is a module of its own: in one module, version selection would move them all together.
# Arguments: name, module, version, packages of its binaries.
family() {
  name=$1 module=$2 version=$3
  shift 3
  mkdir -p "$name"
  {
    echo "module a2a-operator.io/e2e/cluster/$name"
    echo 'go 1.24.0'
    echo "require $module $version"
    if [ "$name" = kubernetes ]; then printf 'replace (\n%s\n)\n' "$(staging_replacements)"; fi
    printf 'tool (\n%s\n)\n' "$(printf '\t%s\n' "$@")"
  } > "$name/go.mod"
  rm -f "$name/go.sum"
  (cd "$name" && go mod tidy)
}

command=k8s.io/kubernetes/cmd
family kubernetes k8s.io/kubernetes "$KUBERNETES" \
  $command/kube-apiserver $command/kube-controller-manager $command/kube-proxy \
  $command/kube-scheduler $command/kubectl $command/kubelet
family etcd go.etcd.io/etcd/server/v3 "$ETCD" go.etcd.io/etcd/server/v3
family helm helm.sh/helm/v3 "$HELM" helm.sh/helm/v3/cmd/helm
family coredns github.com/coredns/coredns "$COREDNS" github.com/coredns/coredns
family contour github.com/projectcontour/contour "$CONTOUR" github.com/projectcontour/contour/cmd/contour
family kwok sigs.k8s.io/kwok "$KWOK" sigs.k8s.io/kwok/cmd/kwok
family compose github.com/docker/compose/v5 "$COMPOSE" github.com/docker/compose/v5/cmd

# Its program is in its folder.
cat > gitops/go.mod <<EOF
module a2a-operator.io/e2e/cluster/gitops

go 1.24.0

require (
	github.com/fluxcd/cli-utils $FLUX_CLI_UTILS
	github.com/yuin/gopher-lua $GOPHER_LUA
)
EOF
rm -f gitops/go.sum
(cd gitops && go mod tidy)

# Nothing of it is built: tests read its CRDs.
prometheus=github.com/prometheus-operator/prometheus-operator
mkdir -p prometheus-operator
cat > prometheus-operator/go.mod <<EOF
module a2a-operator.io/e2e/cluster/prometheus-operator

go 1.24.0

require $prometheus $PROMETHEUS_OPERATOR
EOF
rm -f prometheus-operator/go.sum
(cd prometheus-operator && go mod download $prometheus)
