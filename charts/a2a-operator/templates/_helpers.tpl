{{- define "a2a-operator.name" -}}
{{- .Chart.Name }}
{{- end }}

{{- /* Helm's convention: the release's name, with the chart's unless it is in it already. */ -}}
{{- define "a2a-operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
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
{{- end }}

{{- /* The operator's ServiceAccount, for RBAC. */ -}}
{{- define "a2a-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "a2a-operator.fullname" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* The same, for FlowSchemas. */ -}}
{{- define "a2a-operator.flowSubject" -}}
- kind: ServiceAccount
  serviceAccount:
    name: {{ include "a2a-operator.fullname" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
