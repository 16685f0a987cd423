{{/* Names, labels, images: what many templates share. */}}

{{- define "executors.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "executors.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels by which a Deployment finds its pods. Takes {root, kind}. */}}
{{- define "executors.selector" -}}
app.kubernetes.io/name: {{ include "executors.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .kind }}-executor
{{- end -}}

{{- define "executors.chartLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of what both executors share. */}}
{{- define "executors.labels" -}}
app.kubernetes.io/name: {{ include "executors.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{ include "executors.chartLabels" . }}
{{- end -}}

{{/* metadata of an object. Takes {root, name, kind (or none), annotations (or none)}. */}}
{{- define "executors.metadata" -}}
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- if .kind }}
    {{- include "executors.selector" . | nindent 4 }}
    {{- include "executors.chartLabels" .root | nindent 4 }}
    {{- else }}
    {{- include "executors.labels" .root | nindent 4 }}
    {{- end }}
  {{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "executors.image" -}}
{{- $image := .Values.global.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default .Chart.AppVersion (toString $image.tag) }}
{{- end -}}
{{- end -}}

{{- define "executors.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "executors.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* "yes" when the image is ours by its name. */}}
{{- define "executors.isOurs" -}}
{{- if hasPrefix "heddle" (base .Values.global.image.repository) -}}yes{{- end -}}
{{- end -}}

{{- define "executors.probeType" -}}
{{- default (ternary "http" "exec" (eq (include "executors.isOurs" .) "yes")) .Values.probes.type -}}
{{- end -}}

{{- define "executors.onChange" -}}
{{- default (ternary "reload" "restart" (eq (include "executors.isOurs" .) "yes")) .Values.secrets.onChange -}}
{{- end -}}

{{- define "executors.baseUrl" -}}
{{- trimSuffix "/" .Values.global.cloud.baseUrl -}}
{{- end -}}

{{- define "executors.tokenUrl" -}}
{{- default (printf "%s/auth/token" (include "executors.baseUrl" .)) .Values.global.cloud.tokenUrl -}}
{{- end -}}

{{/* Names of the Secrets that all executors read, later ones win: a JSON object {"names": […]}. */}}
{{- define "executors.sharedSecrets" -}}
{{- $names := list -}}
{{- if eq (include "executors.hasOwnSecret" .) "yes" -}}
{{- $names = append $names (include "executors.fullname" .) -}}
{{- end -}}
{{- if .Values.secrets.externalSecrets.enabled -}}
{{- $names = append $names (printf "%s-external" (include "executors.fullname" .)) -}}
{{- end -}}
{{- if .Values.secrets.existingSecret -}}
{{- $names = append $names .Values.secrets.existingSecret -}}
{{- end -}}
{{- dict "names" $names | toJson -}}
{{- end -}}

{{- define "executors.hasOwnSecret" -}}
{{- if (include "executors.secretData" . | fromJson) -}}yes{{- end -}}
{{- end -}}
