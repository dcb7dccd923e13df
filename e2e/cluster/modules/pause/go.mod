module a2a-operator.io/e2e/cluster/pause

go 1.24.0
