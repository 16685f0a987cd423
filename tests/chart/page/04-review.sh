# Review the generated files
cat generated-manifests.yaml
