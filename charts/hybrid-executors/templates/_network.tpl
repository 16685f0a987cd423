{{/* Ports that a NetworkPolicy lets through. */}}

{{/* As {"ports": […]}, like those of warehouses. */}}
{{- define "executors.controlPlanePorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.controlPlane.ports -}}{{- $ports = append $ports (int .) -}}{{- end -}}
{{- if not $ports -}}
{{- $url := include "executors.baseUrl" . -}}
{{- $port := regexFind ":[0-9]+$" $url | trimPrefix ":" -}}
{{- $ports = list (default (ternary 443 80 (hasPrefix "https:" $url)) $port | int) -}}
{{- if regexMatch "^https?://([^.]+|.+[.]svc([.].*)?)(:[0-9]+)?$" $url -}}
{{- $ports = append $ports 8080 -}}
{{- end -}}
{{- end -}}
{{- dict "ports" (uniq $ports) | toJson -}}
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
