{{- define "a2a-operator.name" -}}
{{- .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{- /* Helm's convention: the release's name, with the chart's unless it is in it already. */ -}}
{{- define "a2a-operator.fullname" -}}
{{- $name := include "a2a-operator.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "a2a-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "a2a-operator.fullname" .) }}
{{- else }}
{{- required "serviceAccount.name is missing: with serviceAccount.create=false, name the account that the operator is to use" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "a2a-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "a2a-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "a2a-operator.labels" -}}
{{ include "a2a-operator.selectorLabels" . }}
app.kubernetes.io/component: controller
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The operator's ServiceAccount, for RBAC. */ -}}
{{- define "a2a-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "a2a-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* The same, for FlowSchemas. */ -}}
{{- define "a2a-operator.flowSubject" -}}
- kind: ServiceAccount
  serviceAccount:
    name: {{ include "a2a-operator.serviceAccountName" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* The operator's pods as peers of a NetworkPolicy, in JSON. */ -}}
{{- define "a2a-operator.peers" -}}
{{- $namespace := dict "kubernetes.io/metadata.name" .Release.Namespace }}
{{- $labels := include "a2a-operator.selectorLabels" . | fromYaml }}
{{- list (dict "namespaceSelector" (dict "matchLabels" $namespace) "podSelector" (dict "matchLabels" $labels)) | toJson }}
{{- end }}
