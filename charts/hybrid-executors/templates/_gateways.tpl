{{/* From gateways to variables. */}}

{{/* Fails unless all of `names` can be part of a variable and differ in upper case. Takes {what, names}. */}}
{{- define "executors.checkNames" -}}
{{- $what := .what -}}
{{- $seen := dict -}}
{{- range .names -}}
{{- if not (regexMatch "^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$" .) -}}
{{- fail (printf "\n\n%s is called %q, which cannot be part of the name of a variable (SQLMESH__GATEWAYS__…).\nUse letters, digits and single underscores between them, for example %q.\n" $what . (regexReplaceAll "[^A-Za-z0-9]+" . "_" | trimAll "_" | default "gateway_a")) -}}
{{- end -}}
{{- if hasKey $seen (upper .) -}}
{{- fail (printf "\n\n%s is called %q, and there is %q too: variables of the environment are in upper case, where the two are the same.\nGive one of them another name.\n" $what . (get $seen (upper .))) -}}
{{- end -}}
{{- $_ := set $seen (upper .) . -}}
{{- end -}}
{{- end -}}

{{/* The gateways in order: a JSON object {"list": [{name, …}]}. */}}
{{- define "executors.gatewayList" -}}
{{- $list := list -}}
{{- $gateways := .Values.global.sqlmesh.gateways -}}
{{- if kindIs "map" $gateways -}}
{{- range $name := keys $gateways | sortAlpha -}}
{{- $list = append $list (merge (dict "name" $name) (default (dict) (get $gateways $name))) -}}
{{- end -}}
{{- else -}}
{{- range $gateways -}}
{{- $list = append $list . -}}
{{- end -}}
{{- end -}}
{{- dict "list" $list | toJson -}}
{{- end -}}

{{/* "yes" when a name says that its value is secret. Takes {root, name}. */}}
{{- define "executors.isSecretName" -}}
{{- $sqlmesh := .root.Values.global.sqlmesh -}}
{{- $name := lower .name -}}
{{- if has $name (splitList "\n" (join "\n" $sqlmesh.nonSecretParams | lower)) -}}
{{- else if has $name (splitList "\n" (join "\n" $sqlmesh.secretParams | lower)) -}}
yes
{{- else if regexMatch "password|secret|token" $name -}}
yes
{{- end -}}
{{- end -}}

{{/* Contains "yes" when any name at any depth of a value says that it is secret. Takes {root, value}. */}}
{{- define "executors.holdsSecret" -}}
{{- $root := .root -}}
{{- if kindIs "map" .value -}}
{{- range $name, $value := .value -}}
{{- include "executors.isSecretName" (dict "root" $root "name" $name) -}}
{{- include "executors.holdsSecret" (dict "root" $root "value" $value) -}}
{{- end -}}
{{- else if kindIs "slice" .value -}}
{{- range .value -}}
{{- include "executors.holdsSecret" (dict "root" $root "value" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "yes" for a parameter that is secret. Takes {root, name, value}. */}}
{{- define "executors.isSecret" -}}
{{- $nonSecret := splitList "\n" (join "\n" .root.Values.global.sqlmesh.nonSecretParams | lower) -}}
{{- if not (has (lower .name) $nonSecret) -}}
{{- if contains "yes" (printf "%s%s" (include "executors.isSecretName" .) (include "executors.holdsSecret" .)) -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{/* A value as a variable has it: texts as they are, all else as JSON. */}}
{{- define "executors.text" -}}
{{- if kindIs "string" . -}}{{- . -}}{{- else -}}{{- toJson . -}}{{- end -}}
{{- end -}}

{{/* All there is about gateways, as a JSON object:
     config    variable -> text, for the ConfigMap
     secrets   variable -> text, for the Secret
     entries   [{variable, gateway, param}], secrets by name, with or without a value */}}
{{- define "executors.gateways" -}}
{{- include "executors.validate" . -}}
{{- $root := . -}}
{{- $config := dict -}}
{{- $secrets := dict -}}
{{- $entries := list -}}
{{- range $gateway := (include "executors.gatewayList" . | fromJson).list -}}
{{- range $section, $content := omit $gateway "name" -}}
{{- $params := dict "" $content -}}
{{- if kindIs "map" $content -}}
{{- $params = $content -}}
{{- end -}}
{{- range $param, $value := $params -}}
{{- $parts := list "SQLMESH" "GATEWAYS" $gateway.name $section -}}
{{- if $param -}}{{- $parts = append $parts $param -}}{{- end -}}
{{- $variable := join "__" $parts | upper -}}
{{- if eq (include "executors.isSecret" (dict "root" $root "name" (default $section $param) "value" $value)) "yes" -}}
{{- if not (or (kindIs "invalid" $value) (and (kindIs "string" $value) (empty $value))) -}}
{{- $_ := set $secrets $variable (include "executors.text" $value) -}}
{{- end -}}
{{- $name := $param -}}
{{- if ne $section "connection" -}}{{- $name = list $section $param | compact | join "-" -}}{{- end -}}
{{- $entries = append $entries (dict "variable" $variable "gateway" $gateway.name "param" $name) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $config $variable (include "executors.text" $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "config" $config "secrets" $secrets "entries" $entries | toJson -}}
{{- end -}}

{{/* The default gateway, as the values spell it. */}}
{{- define "executors.defaultGateway" -}}
{{- $list := (include "executors.gatewayList" . | fromJson).list -}}
{{- default (get (default (dict) (first $list)) "name") .Values.global.sqlmesh.defaultGateway -}}
{{- end -}}

{{/* Variables that are no secret, as a JSON object. */}}
{{- define "executors.config" -}}
{{- $cloud := .Values.global.cloud -}}
{{- $token := include "executors.tokenUrl" . -}}
{{- $config := dict
    "TCLOUD_URL" (printf "%s/sqlmesh/%s/%s" (include "executors.baseUrl" .) $cloud.org $cloud.project)
    "TCLOUD_TOKEN_URL" $token
    "TCLOUD_AUTH_URL" (ternary (trimSuffix "/token" $token) (printf "%s/auth" (include "executors.baseUrl" .)) (hasSuffix "/token" $token))
    "TCLOUD_CLIENT_ID" $cloud.clientId
    "SQLMESH__DEFAULT_GATEWAY" (include "executors.defaultGateway" . | lower) -}}
{{- merge $config (include "executors.gateways" . | fromJson).config | toJson -}}
{{- end -}}

{{/* Variables of the Secret that this chart makes, as a JSON object; empty: it makes none. */}}
{{- define "executors.secretData" -}}
{{- $data := dict -}}
{{- range $name, $value := .Values.secrets.data -}}
{{- $_ := set $data $name (include "executors.text" $value) -}}
{{- end -}}
{{- if not .Values.secrets.externalSecrets.enabled -}}
{{- $data = merge $data (include "executors.gateways" . | fromJson).secrets -}}
{{- with default .Values.secrets.tcloudClientSecret .Values.global.cloud.clientSecret -}}
{{- $_ := set $data "TCLOUD_CLIENT_SECRET" . -}}
{{- end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}
