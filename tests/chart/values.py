"""Values one at a time: what each does to both executors, and that without it nothing of it is there."""
from helm import CHARTS, config, container, every, one, pod, secrets, template

HELM = "helm-3.22"
EXECUTORS = CHARTS / "hybrid-executors"
MINIMAL = EXECUTORS / "ci/minimal-values.yaml"
BOTH = ("my-executors-apply", "my-executors-run")
GATEWAYS = "global.sqlmesh.gateways"


def render(*sets, files=(MINIMAL,)):
    return template(HELM, EXECUTORS, files, sets)


def variables(docs, name):
    return {e["name"]: e.get("value") for e in container(docs, name)["env"]}


def vendors_base_url(_):
    """a base URL of the vendor's: project, token and login follow from it; a token URL of its own wins"""
    plain = config(render("global.cloud.baseUrl=https://cloud.example.com/", "global.cloud.org=a", "global.cloud.project=b"))
    assert plain["TCLOUD_URL"] == "https://cloud.example.com/sqlmesh/a/b"
    assert plain["TCLOUD_TOKEN_URL"] == "https://cloud.example.com/auth/token" and plain["TCLOUD_AUTH_URL"] == "https://cloud.example.com/auth"
    other = config(render("global.cloud.tokenUrl=https://login.example.com/oauth/token"))
    assert other["TCLOUD_TOKEN_URL"] == "https://login.example.com/oauth/token" and other["TCLOUD_AUTH_URL"] == "https://login.example.com/oauth"


def proxy_and_company_ca(_):
    """a proxy and a company's CA reach both executors, and are not there unless set"""
    docs = render("proxy.https=http://proxy:3128", "proxy.noProxy=.svc", "ca.configMap=company")
    for name in BOTH:
        env = variables(docs, name)
        assert "http://proxy:3128" in (env.get("HTTPS_PROXY"), env.get("https_proxy"))
        assert ".svc" in (env.get("NO_PROXY") or env.get("no_proxy"))
        volume = next(v for v in pod(docs, name)["volumes"] if (v.get("configMap") or {}).get("name") == "company")
        mount = next(m for m in container(docs, name)["volumeMounts"] if m["name"] == volume["name"])
        assert any((v or "").startswith(mount["mountPath"]) for v in env.values()), "no variable names the CA's file"
    for name in BOTH:
        assert not any("PROXY" in v.upper() or "CA_" in v for v in variables(render(), name))


def secret_at_any_depth(_):
    """a secret's name at any depth, in any case, makes the whole parameter secret; without one it is none"""
    key = "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__OPTIONS"
    for path, hidden in (("a.b[0].c.Api_TOKEN", True), ("a.b[0].c.PassWord2", True), ("a.b[0].c.key", False)):
        docs = render(f"{GATEWAYS}.warehouse.connection.options.{path}=deep-value")
        there, elsewhere = (secrets(docs), config(docs)) if hidden else (config(docs), secrets(docs))
        assert "deep-value" in there[key] and key not in elsewhere, path


def not_secret_by_its_own_name(_):
    """a parameter that nonSecretParams names is none, whatever names stand in it; one beside it still is"""
    sets = ["options.auth.password=deep-value", "extras.auth.password=other-value"]
    docs = render("global.sqlmesh.nonSecretParams[0]=Options", *(f"{GATEWAYS}.warehouse.connection.{s}" for s in sets))
    options, extras = (f"SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__{name}" for name in ("OPTIONS", "EXTRAS"))
    assert "deep-value" in config(docs)[options] and options not in secrets(docs)
    assert "other-value" in secrets(docs)[extras] and extras not in config(docs)
    inner = render("global.sqlmesh.nonSecretParams[0]=auth", *(f"{GATEWAYS}.warehouse.connection.{s}" for s in sets))
    assert {options, extras} <= set(secrets(inner)), "a name inside a parameter opens nothing that stands in it"


def found_secrets(_):
    """find: true takes what begins with the prefix, and nothing else"""
    external = one(template(HELM, EXECUTORS, [EXECUTORS / "ci/external-find-values.yaml"]), "ExternalSecret")["spec"]
    assert "data" not in external
    patterns = [entry["find"]["name"]["regexp"] for entry in external["dataFrom"]]
    assert patterns and all(p.startswith("^") and "sqlmesh/" in p for p in patterns), patterns


def renamed_secrets(_):
    """remote keys can be renamed, with a property; other names keep prefix and lower case"""
    data = one(template(HELM, EXECUTORS, [EXECUTORS / "ci/external-secrets-values.yaml"]), "ExternalSecret")["spec"]["data"]
    keys = {d["secretKey"]: (d["remoteRef"]["key"], d["remoteRef"].get("property")) for d in data}
    a, b = "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__", "SQLMESH__GATEWAYS__GATEWAY_B__"
    assert keys == {
        "TCLOUD_CLIENT_SECRET": ("heddle", "client"),
        a + "PASSWORD": ("Team/sqlmesh/sqlmesh-gateway-gateway_a-password", None),
        a + "ACCESS_KEY": ("Team/sqlmesh/sqlmesh-gateway-gateway_a-access_key", None),
        a + "API_TOKEN": ("Team/sqlmesh/sqlmesh-gateway-gateway_a-api_token", None),
        b + "CONNECTION__PRIVATE_KEY": ("snowflake/key", None),
        b + "CONNECTION__PASSWORD": ("Team/sqlmesh/sqlmesh-gateway-gateway_b-password", None),
        b + "CONNECTION__TOKEN": ("snowflake", "token"),
        b + "STATE_CONNECTION__PASSWORD": ("Team/sqlmesh/sqlmesh-gateway-gateway_b-state_connection-password", None),
    }, keys


def egress(_):
    """the network's policy lets out to DNS, control plane and warehouse only, by the ports that the values name"""
    def ports(url, *sets):
        docs = render("networkPolicy.enabled=true", f"global.cloud.baseUrl={url}", f"{GATEWAYS}.warehouse.connection.port=5439", *sets)
        policy = one(docs, "NetworkPolicy")["spec"]
        assert "Egress" in policy["policyTypes"] and all(rule.get("ports") for rule in policy["egress"])
        return sorted({p["port"] for rule in policy["egress"] for p in rule["ports"]})

    for url, expected in (("https://h.example.com:8443", [8443]), ("https://h.example.com", [443]), ("http://h.example.com", [80]),
                          ("http://heddle", [80, 8080]), ("http://heddle.data.svc.cluster.local:81", [81, 8080]), ("http://heddle.data.svc", [80, 8080])):
        assert ports(url) == sorted([53, 5439, *expected]), (url, ports(url))
    assert ports("http://heddle", "networkPolicy.controlPlane.ports[0]=9", "networkPolicy.dns.ports[0]=5353") == [9, 5353, 5439]


def older_values(_):
    """values of older charts do what they did"""
    docs = render("global.cloud.clientSecret=null", "secrets.tcloudClientSecret=old-secret", "secrets.data.MY_TOKEN=abc")
    assert secrets(docs)["TCLOUD_CLIENT_SECRET"] == "old-secret" and secrets(docs)["MY_TOKEN"] == "abc"


def off_by_default(_):
    """what needs something more of a cluster is off by default"""
    for docs in (render(), template(HELM, CHARTS / "heddle", [CHARTS / "heddle/ci/minimal-values.yaml"], release="heddle")):
        for kind in ("PodMonitor", "ScaledObject", "HorizontalPodAutoscaler", "NetworkPolicy", "ExternalSecret", "Ingress"):
            assert not every(docs, kind), kind


TESTS = [vendors_base_url, proxy_and_company_ca, secret_at_any_depth, not_secret_by_its_own_name, found_secrets, renamed_secrets, egress, older_values, off_by_default]
