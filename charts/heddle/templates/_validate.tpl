{{/* What the schema cannot say. */}}

{{- define "heddle.fail" -}}
{{- fail (printf "\n\n%s\n" .) -}}
{{- end -}}

{{- define "heddle.validate" -}}
{{- $cloud := .Values.global.cloud -}}
{{- if not $cloud.org -}}
{{- include "heddle.fail" "global.cloud.org is not set. It is the name of your organisation, any you like; executors and developers say the same." -}}
{{- end -}}
{{- if not $cloud.project -}}
{{- include "heddle.fail" "global.cloud.project is not set. It is the name of your project, any you like; executors and developers say the same." -}}
{{- end -}}
{{- if and (eq (include "heddle.isSqlite" .) "yes") (gt (int .Values.replicaCount) 1) -}}
{{- include "heddle.fail" (printf "replicaCount is %d, and state in SQLite admits one server. Put the state into PostgreSQL: name a Secret with its URL in state.postgres.existingSecret." (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and (ne (include "heddle.isSqlite" .) "yes") (ge (int .Values.server.lingerSeconds) (int .Values.terminationGracePeriodSeconds)) -}}
{{- include "heddle.fail" (printf "server.lingerSeconds is %d and terminationGracePeriodSeconds %d: a server would be killed before it stops. Make the second one larger." (int .Values.server.lingerSeconds) (int .Values.terminationGracePeriodSeconds)) -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- include "heddle.fail" "ingress.enabled is true and ingress.host is not set." -}}
{{- end -}}
{{- if and .Values.backup.enabled (eq (include "heddle.isSqlite" .) "yes") (not .Values.state.persistence.enabled) -}}
{{- include "heddle.fail" "backup.enabled is true, and there is nothing to back up: state.persistence.enabled is false. Enable it, or put the state into PostgreSQL." -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled (not .Values.metrics.enabled) -}}
{{- include "heddle.fail" "podMonitor.enabled is true and metrics.enabled is false: there would be nothing to scrape." -}}
{{- end -}}
{{- if and (eq (include "heddle.hasPostgresCa" .) "yes") (eq (include "heddle.isSqlite" .) "yes") -}}
{{- include "heddle.fail" "state.postgres.ca names a certificate, and the state is not in PostgreSQL: state.postgres.existingSecret is empty." -}}
{{- end -}}
{{- if and .Values.state.postgres.ca.configMap .Values.state.postgres.ca.secret -}}
{{- include "heddle.fail" "state.postgres.ca.configMap and state.postgres.ca.secret are both set. The certificate comes from one of them." -}}
{{- end -}}
{{- if and .Values.tls.caKey (not .Values.tls.existingSecret) -}}
{{- include "heddle.fail" "tls.caKey is set and tls.existingSecret is not: it is a key of that Secret." -}}
{{- end -}}
{{- $secrets := dict -}}
{{- range (include "heddle.clients" . | fromJson).list -}}
{{- if and (not .existingSecret) (hasKey $secrets .secret) -}}
{{- include "heddle.fail" (printf "The clients %q and %q would have the same Secret, %s. Give one of them another name." .id (get $secrets .secret) .secret) -}}
{{- end -}}
{{- $_ := set $secrets .secret .id -}}
{{- end -}}
{{- end -}}
