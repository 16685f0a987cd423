kubectl get pods -l app.kubernetes.io/instance=my-executors
