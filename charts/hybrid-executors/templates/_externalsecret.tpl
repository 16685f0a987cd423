{{/* A place in the store. Takes {renamed: text, map or empty; name}. */}}
{{- define "executors.remoteRef" -}}
{{- if kindIs "map" .renamed -}}
{{- merge (dict) .renamed (dict "key" .name) | toJson -}}
{{- else -}}
{{- dict "key" (default .name .renamed) | toJson -}}
{{- end -}}
{{- end -}}

{{/* variable -> place in the store, as a JSON object. */}}
{{- define "executors.remoteRefs" -}}
{{- $external := .Values.secrets.externalSecrets -}}
{{- $prefix := $external.keyPrefix -}}
{{- $refs := dict "TCLOUD_CLIENT_SECRET" (include "executors.remoteRef" (dict "name" (printf "%stcloud-client-secret" $prefix) "renamed" $external.clientSecretKey) | fromJson) -}}
{{- range (include "executors.gateways" . | fromJson).entries -}}
{{- $name := printf "%ssqlmesh-gateway-%s" $prefix (printf "%s-%s" .gateway .param | lower) -}}
{{- $_ := set $refs .variable (dict "key" $name) -}}
{{- end -}}
{{- range $gateway, $params := $external.params -}}
{{- $names := $params -}}
{{- if kindIs "map" $params -}}{{- $names = keys $params -}}{{- end -}}
{{- range $param := $names -}}
{{- $variable := printf "SQLMESH__GATEWAYS__%s__CONNECTION__%s" $gateway $param | upper -}}
{{- $name := printf "%ssqlmesh-gateway-%s" $prefix (printf "%s-%s" $gateway $param | lower) -}}
{{- $renamed := "" -}}
{{- if kindIs "map" $params -}}{{- $renamed = get $params $param -}}{{- end -}}
{{- $_ := set $refs $variable (include "executors.remoteRef" (dict "name" $name "renamed" $renamed) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- toJson $refs -}}
{{- end -}}

{{/* Everything under the prefix: names as above become variables, all others keep what follows the prefix. The operator has
     already made `_` of what a key of a Secret cannot hold, such as the `/` of a prefix. */}}
{{- define "executors.find" -}}
{{- $prefix := .Values.secrets.externalSecrets.keyPrefix -}}
- find:
    conversionStrategy: Default
    name:
      regexp: {{ printf "^%s" (regexQuoteMeta $prefix) | toJson }}
  rewrite:
    - regexp:
        source: {{ printf "^%s" (regexReplaceAll "[^A-Za-z0-9]" $prefix "[^A-Za-z0-9]") | toJson }}
        target: ""
    - transform:
        template: >-
          {{ "{{" }} if eq .value "tcloud-client-secret" }}TCLOUD_CLIENT_SECRET
          {{- "{{" }}- else if regexMatch "^sqlmesh-gateway-[^-]+-[^-]+$" .value }}
          {{- "{{" }}- regexReplaceAll "^sqlmesh-gateway-([^-]+)-([^-]+)$" .value "SQLMESH__GATEWAYS__${1}__CONNECTION__${2}" | upper }}
          {{- "{{" }}- else if regexMatch "^sqlmesh-gateway-[^-]+-[^-]+-[^-]+$" .value }}
          {{- "{{" }}- regexReplaceAll "^sqlmesh-gateway-([^-]+)-([^-]+)-([^-]+)$" .value "SQLMESH__GATEWAYS__${1}__${2}__${3}" | upper }}
          {{- "{{" }}- else }}
          {{- "{{" }}- .value }}
          {{- "{{" }}- end }}
{{- end -}}
