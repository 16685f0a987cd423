{{/* What the schema cannot say: values that miss each other, and sentences about it. */}}

{{- define "executors.fail" -}}
{{- fail (printf "\n\n%s\n" .) -}}
{{- end -}}

{{- define "executors.validate" -}}
{{- include "executors.validateOld" . -}}
{{- include "executors.validateCloud" . -}}
{{- include "executors.validateGateways" . -}}
{{- include "executors.validateSecrets" . -}}
{{- end -}}

{{- define "executors.validateOld" -}}
{{- if .Values.additionalEnv -}}
{{- include "executors.fail" "additionalEnv is of an older chart. Set apply.extraEnvVars and run.extraEnvVars instead, each a list of {name, value}." -}}
{{- end -}}
{{- $old := .Values.secrets.tcloudClientSecret -}}
{{- $new := .Values.global.cloud.clientSecret -}}
{{- if and $old $new (ne (toString $old) (toString $new)) -}}
{{- include "executors.fail" "secrets.tcloudClientSecret (of an older chart) and global.cloud.clientSecret are both set and differ. Set global.cloud.clientSecret only." -}}
{{- end -}}
{{- end -}}

{{- define "executors.validateCloud" -}}
{{- $cloud := .Values.global.cloud -}}
{{- if not $cloud.org -}}
{{- include "executors.fail" "global.cloud.org is not set. It is the name of your organisation: the first name after /sqlmesh/ in the address of your project." -}}
{{- end -}}
{{- if not $cloud.project -}}
{{- include "executors.fail" "global.cloud.project is not set. It is the name of your project: the second name after /sqlmesh/ in its address." -}}
{{- end -}}
{{- if not $cloud.clientId -}}
{{- include "executors.fail" "global.cloud.clientId is not set. It is the id of the client that the executors log in as; `heddle client create --role executor` makes one." -}}
{{- end -}}
{{- end -}}

{{- define "executors.validateGateways" -}}
{{- $gateways := .Values.global.sqlmesh.gateways -}}
{{- if not $gateways -}}
{{- include "executors.fail" "global.sqlmesh.gateways is empty. Executors need at least one connection to a database, for example\n\n  global:\n    sqlmesh:\n      gateways:\n        gateway_a:\n          connection:\n            type: postgres\n            host: my-db-host" -}}
{{- end -}}
{{- $names := list -}}
{{- range $i, $gateway := (include "executors.gatewayList" . | fromJson).list -}}
{{- if not $gateway.name -}}
{{- include "executors.fail" (printf "global.sqlmesh.gateways[%d] has no name. In a list each gateway needs one: {name: gateway_a, connection: {…}}." $i) -}}
{{- end -}}
{{- $names = append $names $gateway.name -}}
{{- include "executors.checkNames" (dict "what" (printf "Something in the gateway %s" $gateway.name) "names" (keys $gateway | sortAlpha)) -}}
{{- range $section, $content := $gateway -}}
{{- if kindIs "map" $content -}}
{{- include "executors.checkNames" (dict "what" (printf "A parameter of %s.%s" $gateway.name $section) "names" (keys $content | sortAlpha)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "executors.checkNames" (dict "what" "A gateway" "names" $names) -}}
{{- $default := .Values.global.sqlmesh.defaultGateway -}}
{{- if $default -}}
{{- if not (has (lower $default) (splitList "\n" (join "\n" $names | lower))) -}}
{{- include "executors.fail" (printf "global.sqlmesh.defaultGateway is %q, and there is no such gateway; there is %s." $default (join ", " $names)) -}}
{{- end -}}
{{- end -}}
{{- range .Values.global.sqlmesh.secretParams -}}
{{- if has (lower .) (splitList "\n" (join "\n" $.Values.global.sqlmesh.nonSecretParams | lower)) -}}
{{- include "executors.fail" (printf "%q stands both in global.sqlmesh.secretParams and in nonSecretParams. Take it out of one of them." .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "executors.validateSecrets" -}}
{{- $secrets := .Values.secrets -}}
{{- $given := or .Values.global.cloud.clientSecret $secrets.tcloudClientSecret $secrets.existingSecret $secrets.externalSecrets.enabled (hasKey $secrets.data "TCLOUD_CLIENT_SECRET") -}}
{{- range $kind := list "apply" "run" -}}
{{- $workload := get $.Values $kind -}}
{{- if and $workload.enabled (not $given) (not $workload.envFromSecret) (not $workload.extraEnvFrom) -}}
{{- include "executors.fail" (printf "global.cloud.clientSecret is not set, and nothing else gives the %s executor one. Set it, or name a Secret with the key TCLOUD_CLIENT_SECRET in secrets.existingSecret or %s.envFromSecret, or set secrets.externalSecrets.enabled." $kind $kind) -}}
{{- end -}}
{{- end -}}
{{- if and $secrets.externalSecrets.enabled (not $secrets.externalSecrets.secretStore) -}}
{{- include "executors.fail" "secrets.externalSecrets.enabled is true and secrets.externalSecrets.secretStore is not set. It is the name of your SecretStore or ClusterSecretStore." -}}
{{- end -}}
{{- if and $secrets.externalSecrets.find (not $secrets.externalSecrets.keyPrefix) -}}
{{- include "executors.fail" "secrets.externalSecrets.find is true and keyPrefix is empty: that would take all there is in your store. Set secrets.externalSecrets.keyPrefix." -}}
{{- end -}}
{{- range $gateway, $params := $secrets.externalSecrets.params -}}
{{- $names := $params -}}
{{- if kindIs "map" $params -}}{{- $names = keys $params | sortAlpha -}}{{- end -}}
{{- include "executors.checkNames" (dict "what" "A gateway in secrets.externalSecrets.params" "names" (list $gateway)) -}}
{{- include "executors.checkNames" (dict "what" (printf "A parameter in secrets.externalSecrets.params.%s" $gateway) "names" $names) -}}
{{- end -}}
{{- range $name := list "https" "http" -}}
{{- if contains "@" (get $.Values.proxy $name) -}}
{{- include "executors.fail" (printf "proxy.%s holds a user or a password. Put the address into your Secret (secrets.existingSecret or envFromSecret) under the key %s_PROXY and leave proxy.%s empty." $name (upper $name) $name) -}}
{{- end -}}
{{- end -}}
{{- range $kind := list "apply" "run" -}}
{{- $autoscaling := (get $.Values $kind).autoscaling -}}
{{- if and $autoscaling.enabled (gt (int $autoscaling.minReplicas) (int $autoscaling.maxReplicas)) -}}
{{- include "executors.fail" (printf "%s.autoscaling.minReplicas is more than maxReplicas." $kind) -}}
{{- end -}}
{{- if and $autoscaling.enabled (eq $autoscaling.type "hpa") (eq (int $autoscaling.minReplicas) 0) -}}
{{- include "executors.fail" (printf "%s.autoscaling.minReplicas is 0, and a HorizontalPodAutoscaler keeps at least 1. Set it to 1, or autoscaling.type to keda, which scales to zero." $kind) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.ca.configMap .Values.ca.secret -}}
{{- include "executors.fail" "ca.configMap and ca.secret are both set. Certificates come from one of them." -}}
{{- end -}}
{{- end -}}
