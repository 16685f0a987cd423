{{/* One executor, apply or run. All of these take {root, kind}. */}}

{{- define "executors.drain" -}}
{{- $own := (get .root.Values .kind).drainSeconds -}}
{{- if kindIs "invalid" $own -}}{{ int .root.Values.drainSeconds }}{{- else -}}{{ int $own }}{{- end -}}
{{- end -}}

{{/* Secrets in the order in which later ones win, as {"names": […]}. */}}
{{- define "executors.secretNames" -}}
{{- $names := (include "executors.sharedSecrets" .root | fromJson).names -}}
{{- with (get .root.Values .kind).envFromSecret -}}
{{- $names = append $names . -}}
{{- end -}}
{{- dict "names" $names | toJson -}}
{{- end -}}

{{- define "executors.envFrom" -}}
- configMapRef:
    name: {{ include "executors.fullname" .root }}-config
{{- range (include "executors.secretNames" . | fromJson).names }}
- secretRef:
    name: {{ . }}
{{- end }}
{{- with (get .root.Values .kind).extraEnvFrom }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Variables of the pod itself, as {"list": […]}: nothing here may be a key of a Secret. */}}
{{- define "executors.ownEnv" -}}
{{- $values := .root.Values -}}
{{- $env := list
    (dict "name" "HOME" "value" "/tmp")
    (dict "name" "TCLOUD_HOME" "value" "/tmp/tcloud")
    (dict "name" "HEDDLE_EXECUTOR_NAME" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.name")))
    (dict "name" "HEDDLE_DRAIN_SECONDS" "value" (include "executors.drain" .))
    (dict "name" "HEDDLE_LOG_LEVEL" "value" $values.log.level)
    (dict "name" "HEDDLE_LOG_FORMAT" "value" $values.log.format) -}}
{{- if (include "executors.secretNames" . | fromJson).names -}}
{{- $env = append $env (dict "name" "HEDDLE_SECRETS_DIR" "value" "/etc/heddle/secrets") -}}
{{- end -}}
{{- if or $values.ca.configMap $values.ca.secret -}}
{{- range list "SSL_CERT_FILE" "REQUESTS_CA_BUNDLE" -}}
{{- $env = append $env (dict "name" . "value" (printf "/etc/heddle/ca/%s" $values.ca.key)) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := dict "HTTPS_PROXY" $values.proxy.https "HTTP_PROXY" $values.proxy.http "NO_PROXY" $values.proxy.noProxy -}}
{{- if $value -}}
{{- $env = append $env (dict "name" $name "value" $value) -}}
{{- $env = append $env (dict "name" (lower $name) "value" $value) -}}
{{- end -}}
{{- end -}}
{{- dict "list" $env | toJson -}}
{{- end -}}

{{/* The same, without what the user sets, and with it. `health` adds the health port. */}}
{{- define "executors.env" -}}
{{- $extra := (get .root.Values .kind).extraEnvVars -}}
{{- $own := (include "executors.ownEnv" . | fromJson).list -}}
{{- if .health -}}
{{- $own = append $own (dict "name" "HEDDLE_HEALTH_LISTEN" "value" (printf "0.0.0.0:%d" (int .root.Values.health.port))) -}}
{{- end -}}
{{- $theirs := dict -}}
{{- range $extra -}}{{- $_ := set $theirs .name true -}}{{- end -}}
{{- $env := list -}}
{{- range $own -}}
{{- if not (hasKey $theirs .name) -}}{{- $env = append $env . -}}{{- end -}}
{{- end -}}
{{- toYaml (concat $env $extra) -}}
{{- end -}}

{{- define "executors.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if (include "executors.secretNames" . | fromJson).names }}
- name: secrets
  mountPath: /etc/heddle/secrets
  readOnly: true
{{- end }}
{{- if or .root.Values.ca.configMap .root.Values.ca.secret }}
- name: ca
  mountPath: /etc/heddle/ca
  readOnly: true
{{- end }}
{{- with (get .root.Values .kind).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Secrets are mounted together; one that is missing is told by envFrom, in clearer words than by a mount. */}}
{{- define "executors.volumes" -}}
- name: tmp
  {{- if .root.Values.tmp.sizeLimit }}
  emptyDir:
    sizeLimit: {{ .root.Values.tmp.sizeLimit | quote }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- with (include "executors.secretNames" . | fromJson).names }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range . }}
      - secret:
          name: {{ . }}
          optional: true
      {{- end }}
{{- end }}
{{- if .root.Values.ca.configMap }}
- name: ca
  configMap:
    name: {{ .root.Values.ca.configMap }}
{{- else if .root.Values.ca.secret }}
- name: ca
  secret:
    secretName: {{ .root.Values.ca.secret }}
{{- end }}
{{- with (get .root.Values .kind).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A probe's fields, the user's over ours; empty when it is off. Takes {fields, probe, enabled}. */}}
{{- define "executors.probe" -}}
{{- $enabled := .enabled -}}
{{- if hasKey .probe "enabled" -}}{{- $enabled = .probe.enabled -}}{{- end -}}
{{- if $enabled -}}
{{- toYaml (merge (dict) (omit .probe "enabled") .fields) -}}
{{- end -}}
{{- end -}}

{{/* {startup, liveness, readiness}: what is asked, how often, and whether it is on without being asked for. */}}
{{- define "executors.probeDefaults" -}}
{{- if eq (include "executors.probeType" .root) "http" }}
startup: {enabled: true, fields: {httpGet: {path: /healthz, port: health}, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60}}
liveness: {enabled: true, fields: {httpGet: {path: /healthz, port: health}, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4}}
readiness: {enabled: true, fields: {httpGet: {path: /readyz, port: health}, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2}}
{{- else }}
{{- $command := default (list "/app/pex" "executor" .kind "--check") .root.Values.probes.command | toJson }}
startup: {enabled: false, fields: {exec: {command: {{ $command }}}, periodSeconds: 10, timeoutSeconds: 60, failureThreshold: 60}}
liveness: {enabled: false, fields: {exec: {command: {{ $command }}}, periodSeconds: 300, timeoutSeconds: 60, failureThreshold: 3}}
readiness: {enabled: true, fields: {exec: {command: {{ $command }}}, initialDelaySeconds: 5, periodSeconds: 30, timeoutSeconds: 60, failureThreshold: 3}}
{{- end }}
{{- end -}}

{{- define "executors.probes" -}}
{{- if ne (include "executors.probeType" .root) "none" -}}
{{- $probes := .root.Values.probes -}}
{{- range $name, $default := include "executors.probeDefaults" . | fromYaml -}}
{{- with include "executors.probe" (merge (dict "probe" (get $probes $name)) $default) }}
{{ $name }}Probe:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "executors.container" -}}
{{- $workload := get .root.Values .kind -}}
- name: executor
  image: {{ include "executors.image" .root | quote }}
  imagePullPolicy: {{ .root.Values.global.image.pullPolicy }}
  {{- with $workload.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  args:
    {{- toYaml (default (list "executor" .kind) $workload.args) | nindent 4 }}
  env:
    {{- include "executors.env" (merge (dict "health" true) .) | nindent 4 }}
  envFrom:
    {{- include "executors.envFrom" . | nindent 4 }}
  ports:
    - name: health
      containerPort: {{ .root.Values.health.port }}
  {{- with include "executors.probes" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with $workload.lifecycle }}
  lifecycle:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $workload.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    {{- include "executors.volumeMounts" . | nindent 4 }}
{{- end -}}

{{/* Where pods may stand: fields of a pod that are passed on as they are. */}}
{{- define "executors.placement" -}}
{{- $workload := get .root.Values .kind -}}
{{- $fields := pick $workload "nodeSelector" "tolerations" "affinity" "priorityClassName" "runtimeClassName" "schedulerName" "hostAliases" "dnsConfig" -}}
{{- range $name, $value := $fields -}}
{{- if $value }}
{{ toYaml (dict $name $value) }}
{{- end }}
{{- end }}
{{- with $workload.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{- toYaml (merge (dict) . (dict "labelSelector" (dict "matchLabels" (include "executors.selector" $ | fromYaml)))) | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What pods of executors and of tests have in common. */}}
{{- define "executors.podBase" -}}
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "string" . }}{{ . }}{{ else }}{{ .name }}{{ end }}
  {{- end }}
{{- end }}
serviceAccountName: {{ include "executors.serviceAccount" .root }}
automountServiceAccountToken: {{ .root.Values.serviceAccount.automount }}
enableServiceLinks: false
{{- with .root.Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "executors.placement" . }}
{{- end -}}

{{- define "executors.podMetadata" -}}
{{- $workload := get .root.Values .kind -}}
annotations:
  checksum/config: {{ include "executors.config" .root | sha256sum }}
  {{- if and (eq (include "executors.onChange" .root) "restart") (eq (include "executors.hasOwnSecret" .root) "yes") }}
  {{- /* scrypt: a plain digest of a weak password could be guessed by whoever may read Deployments only */}}
  checksum/secret: {{ derivePassword 1 "long" (include "executors.secretData" .root) .root.Release.Name .root.Release.Namespace | sha256sum }}
  {{- end }}
  {{- with merge (dict) $workload.podAnnotations .root.Values.commonAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
labels:
  {{- include "executors.selector" . | nindent 2 }}
  {{- with merge (dict) $workload.podLabels .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "executors.deployment" -}}
{{- $workload := get .root.Values .kind -}}
apiVersion: apps/v1
kind: Deployment
{{ include "executors.metadata" (merge (dict "name" (printf "%s-%s" (include "executors.fullname" .root) .kind) "annotations" $workload.annotations) .) }}
spec:
  {{- if not $workload.autoscaling.enabled }}
  replicas: {{ $workload.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "executors.selector" . | nindent 6 }}
  strategy:
    {{- if eq $workload.strategy.type "Recreate" }}
    type: Recreate
    {{- else }}
    {{- toYaml $workload.strategy | nindent 4 }}
    {{- end }}
  template:
    metadata:
      {{- include "executors.podMetadata" . | nindent 6 }}
    spec:
      {{- include "executors.podBase" . | trim | nindent 6 }}
      terminationGracePeriodSeconds: {{ add (include "executors.drain" . | int) 15 }}
      {{- with $workload.initContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        {{- include "executors.container" . | nindent 8 }}
        {{- with $workload.sidecars }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      volumes:
        {{- include "executors.volumes" . | nindent 8 }}
{{- end -}}
