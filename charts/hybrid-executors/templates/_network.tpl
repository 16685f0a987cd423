{{/* Ports that a NetworkPolicy lets through. */}}

{{- define "executors.controlPlanePort" -}}
{{- $url := include "executors.baseUrl" . -}}
{{- $port := regexFind ":[0-9]+$" $url -}}
{{- if $port -}}
{{- trimPrefix ":" $port -}}
{{- else -}}
{{- ternary "443" "80" (hasPrefix "https:" $url) -}}
{{- end -}}
{{- end -}}

{{- define "executors.warehousePorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.warehouse.ports -}}{{- $ports = append $ports (int .) -}}{{- end -}}
{{- if not $ports -}}
{{- range (include "executors.gatewayList" . | fromJson).list -}}
{{- $ports = append $ports (default 443 (get (default (dict) .connection) "port") | int) -}}
{{- end -}}
{{- end -}}
{{- dict "ports" (uniq $ports) | toJson -}}
{{- end -}}
