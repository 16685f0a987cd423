{{/* Names, labels, addresses, clients. */}}

{{- define "heddle.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "heddle.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels by which Deployment and Service find the server's pods. */}}
{{- define "heddle.selector" -}}
app.kubernetes.io/name: {{ include "heddle.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "heddle.chartLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata of an object. Takes {root, name, component (or none), annotations (or none)}. */}}
{{- define "heddle.metadata" -}}
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    app.kubernetes.io/name: {{ include "heddle.name" .root }}
    app.kubernetes.io/instance: {{ .root.Release.Name }}
    {{- with .component }}
    app.kubernetes.io/component: {{ . }}
    {{- end }}
    {{- include "heddle.chartLabels" .root | nindent 4 }}
  {{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "heddle.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default .Chart.AppVersion (toString $image.tag) }}
{{- end -}}
{{- end -}}

{{- define "heddle.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "heddle.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The Service, as pods in this namespace reach it. */}}
{{- define "heddle.serviceUrl" -}}
{{ ternary "https" "http" (ne .Values.tls.existingSecret "") }}://{{ include "heddle.fullname" . }}:{{ .Values.service.port }}
{{- end -}}

{{- define "heddle.publicUrl" -}}
{{- if .Values.server.publicUrl -}}
{{- trimSuffix "/" .Values.server.publicUrl -}}
{{- else if and .Values.ingress.enabled .Values.ingress.host -}}
{{ ternary "https" "http" (ne .Values.ingress.tlsSecret "") }}://{{ .Values.ingress.host }}
{{- else -}}
{{- include "heddle.serviceUrl" . -}}
{{- end -}}
{{- end -}}

{{/* "yes" when the state is SQLite. */}}
{{- define "heddle.isSqlite" -}}
{{- if not .Values.state.postgres.existingSecret -}}yes{{- end -}}
{{- end -}}

{{- define "heddle.hasPostgresCa" -}}
{{- $ca := .Values.state.postgres.ca -}}
{{- if or $ca.configMap $ca.secret -}}yes{{- end -}}
{{- end -}}

{{/* Name of the Secret of a client that has none of the user's. Takes {root, id}. */}}
{{- define "heddle.clientSecretName" -}}
{{- printf "%s-client-%s" (include "heddle.fullname" .root) (lower .id | replace "_" "-" | trunc 60 | trimSuffix "-") -}}
{{- end -}}

{{/* All clients, the executors' first, as {"list": [{id, role, org, project, secret, made, value}]}:
     `secret` is the Secret's name; `made` says that it is made once, `value` that its value is given. */}}
{{- define "heddle.clients" -}}
{{- $cloud := .Values.global.cloud -}}
{{- $executors := dict "id" $cloud.clientId "role" "executor" "org" $cloud.org "project" $cloud.project "value" $cloud.clientSecret "existingSecret" .Values.secrets.existingSecret -}}
{{- $list := list $executors -}}
{{- range $id, $client := .Values.clients -}}
{{- if ne $id $cloud.clientId -}}
{{- $project := default $cloud.project $client.project -}}
{{- if $client.allProjects -}}{{- $project = "" -}}{{- end -}}
{{- $list = append $list (dict "id" $id "role" $client.role "org" (default $cloud.org $client.org) "project" $project "value" "" "existingSecret" (default "" $client.existingSecret)) -}}
{{- end -}}
{{- end -}}
{{- range $list -}}
{{- $_ := set . "secret" (default (include "heddle.clientSecretName" (dict "root" $ "id" .id)) .existingSecret) -}}
{{- $_ := set . "made" (and (empty .existingSecret) (empty .value)) -}}
{{- end -}}
{{- dict "list" $list | toJson -}}
{{- end -}}
