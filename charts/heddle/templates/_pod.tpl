{{/* Parts of pods: the server's and the backup's. */}}

{{- define "heddle.env" -}}
- name: HEDDLE_STATE
{{- if eq (include "heddle.isSqlite" .) "yes" }}
  value: sqlite:/var/lib/heddle/state.db
{{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.state.postgres.existingSecret }}
      key: {{ .Values.state.postgres.key }}
{{- end }}
{{- if eq (include "heddle.hasPostgresCa" .) "yes" }}
- name: PGSSLROOTCERT
  value: /etc/heddle/postgres-ca/{{ .Values.state.postgres.ca.key }}
{{- end }}
- name: HOME
  value: /tmp
- name: HEDDLE_LOG_LEVEL
  value: {{ .Values.log.level }}
- name: HEDDLE_LOG_FORMAT
  value: {{ .Values.log.format }}
{{- with .Values.extraEnvVars }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What all containers of a pod have. */}}
{{- define "heddle.containerBase" -}}
{{- include "heddle.containerBaseWith" (dict "root" . "env" list) -}}
{{- end -}}

{{/* The same with variables of this container alone. Takes {root, env}. */}}
{{- define "heddle.containerBaseWith" -}}
image: {{ include "heddle.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
env:
  {{- with .env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- include "heddle.env" .root | nindent 2 }}
{{- with .root.Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{/* What the server alone reads. */}}
{{- define "heddle.serverBase" -}}
{{- $env := list -}}
{{- with .Values.metrics.existingSecret -}}
{{- $reference := dict "name" . "key" $.Values.metrics.key -}}
{{- $env = append $env (dict "name" "HEDDLE_METRICS_TOKEN" "valueFrom" (dict "secretKeyRef" $reference)) -}}
{{- end -}}
{{- if not .Values.server.executorFile.enabled -}}
{{- $env = append $env (dict "name" "HEDDLE_EXECUTOR_FILE" "value" "") -}}
{{- end -}}
{{- include "heddle.containerBaseWith" (dict "root" . "env" $env) -}}
{{- end -}}

{{- define "heddle.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if eq (include "heddle.isSqlite" .) "yes" }}
- name: state
  mountPath: /var/lib/heddle
{{- end }}
{{- if eq (include "heddle.hasPostgresCa" .) "yes" }}
- name: postgres-ca
  mountPath: /etc/heddle/postgres-ca
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "heddle.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if eq (include "heddle.isSqlite" .) "yes" }}
- name: state
  {{- if .Values.state.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ default (include "heddle.fullname" .) .Values.state.persistence.existingClaim }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- if eq (include "heddle.hasPostgresCa" .) "yes" }}
{{- $ca := .Values.state.postgres.ca }}
- name: postgres-ca
  {{- if $ca.configMap }}
  configMap:
    name: {{ $ca.configMap }}
  {{- else }}
  secret:
    secretName: {{ $ca.secret }}
    defaultMode: 0440
  {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "heddle.podBase" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "string" . }}{{ . }}{{ else }}{{ .name }}{{ end }}
  {{- end }}
{{- end }}
serviceAccountName: {{ include "heddle.serviceAccount" . }}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
enableServiceLinks: false
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $name, $value := pick .Values "nodeSelector" "tolerations" "priorityClassName" "runtimeClassName" "schedulerName" "hostAliases" "dnsConfig" }}
{{- if $value }}
{{ toYaml (dict $name $value) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The server's probes, the user's fields over ours. */}}
{{- define "heddle.probes" -}}
{{- $scheme := ternary "HTTPS" "HTTP" (ne .Values.tls.existingSecret "") -}}
{{- $paths := dict "startup" "/healthz" "liveness" "/healthz" "readiness" "/readyz" -}}
{{- $fields := dict
    "startup" (dict "periodSeconds" 2 "failureThreshold" 150)
    "liveness" (dict "periodSeconds" 15 "failureThreshold" 4)
    "readiness" (dict "periodSeconds" 5 "failureThreshold" 2) -}}
{{- range $name, $theirs := .Values.probes }}
{{- if not (and (hasKey $theirs "enabled") (not $theirs.enabled)) }}
{{- $ours := dict "httpGet" (dict "path" (get $paths $name) "port" "http" "scheme" $scheme) "timeoutSeconds" 5 }}
{{ $name }}Probe:
  {{- merge (dict) (omit $theirs "enabled") (get $fields $name) $ours | toYaml | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* An init container that admits one client; repeated without harm. Takes {root, index, client}. */}}
{{- define "heddle.clientContainer" -}}
- name: client-{{ .index }}
  {{- include "heddle.containerBase" .root | nindent 2 }}
  args:
    - client
    - create
    - --org={{ .client.org }}
    {{- if .client.project }}
    - --project={{ .client.project }}
    {{- else }}
    - --all-projects
    {{- end }}
    - --role={{ .client.role }}
    - --client-id={{ .client.id }}
    - --secret-file=/etc/heddle/client-{{ .index }}/TCLOUD_CLIENT_SECRET
  volumeMounts:
    {{- include "heddle.volumeMounts" .root | nindent 4 }}
    - name: client-{{ .index }}
      mountPath: /etc/heddle/client-{{ .index }}
      readOnly: true
{{- end -}}

{{/* `heddle state backup`, as a pod's spec. */}}
{{- define "heddle.backupPod" -}}
{{- include "heddle.podBase" . | trim }}
restartPolicy: Never
{{- if eq (include "heddle.isSqlite" .) "yes" }}
affinity: # beside the server, whose volume may be mounted on one node only
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "heddle.selector" . | nindent 12 }}
{{- else if .Values.affinity }}
affinity:
  {{- toYaml .Values.affinity | nindent 2 }}
{{- end }}
containers:
  - name: backup
    {{- $pod := dict "name" "POD_NAME" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.name")) }}
    {{- include "heddle.containerBaseWith" (dict "root" . "env" (list $pod)) | nindent 4 }}
    args: ["state", "backup", "/backups/$(POD_NAME).jsonl"]
    {{- with .Values.backup.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      {{- include "heddle.volumeMounts" . | nindent 6 }}
      - name: backups
        mountPath: /backups
volumes:
  {{- include "heddle.volumes" . | nindent 2 }}
  - name: backups
    persistentVolumeClaim:
      claimName: {{ default (printf "%s-backups" (include "heddle.fullname" .)) .Values.backup.existingClaim }}
{{- end -}}
