# Apply when ready
kubectl apply -f generated-manifests.yaml
