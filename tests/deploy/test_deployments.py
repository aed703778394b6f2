"""What deploy/docker and deploy/kubernetes say: the same about who may reach whom, and nothing that would run unprotected."""

import pathlib
import re

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
OWN = ("gateway", "user", "content", "conversion")
DATA = {"postgres": 5432, "redis": 6379}
BASE = DEPLOY / "kubernetes" / "base"
OBJECTS = [o for file in yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
           for o in yaml.safe_load_all((BASE / file).read_text())]
DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text()


def objects(kind):
    return {o["metadata"]["name"]: o for o in OBJECTS if o["kind"] == kind}


def pod(name):
    return objects("Deployment")[name]["spec"]["template"]["spec"]


def share_a_network(a, b):
    return bool(set(COMPOSE["services"][a]["networks"]) & set(COMPOSE["services"][b]["networks"]))


def names(peers):
    return {peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in peers if "podSelector" in peer}


def allowed():
    """(from, to) of the network policies."""
    policies = {name.removeprefix("descant-"): p["spec"] for name, p in objects("NetworkPolicy").items()}
    out = {(name, to) for name in OWN for rule in policies[name]["egress"] for to in names(rule.get("to", []))}
    into = {(source, name) for name in OWN for rule in policies[name]["ingress"] for source in names(rule.get("from", []))}
    return out, into


def test_kubernetes_allows_what_compose_does():
    out, into = allowed()
    assert out == into, "what one may send, the other takes"
    for a, b in out:
        assert share_a_network(a, b), f"{a} reaches {b} on Kubernetes alone"
    for name in OWN:
        egress = objects("NetworkPolicy")[f"descant-{name}"]["spec"]["egress"]
        ports = {port["port"] for rule in egress for port in rule.get("ports", [])}
        for data, port in DATA.items():
            assert share_a_network(name, data) == (port in ports), f"{name} and {data}"


def test_nobody_else_gets_anywhere():
    spec = objects("NetworkPolicy")["descant-nobody"]["spec"]
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"} and "ingress" not in spec
    labels = yaml.safe_load((BASE / "kustomization.yaml").read_text())["labels"][0]
    assert spec["podSelector"]["matchLabels"] == labels["pairs"] and labels["includeTemplates"]


def test_only_the_gateway_has_a_port_outside():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["gateway"]
    assert [name for name, service in COMPOSE["services"].items() if "edge" in service["networks"]] == ["gateway"]
    inner = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert inner == {"web", "rpc", "users", "contents"}
    assert all(service["spec"].get("type", "ClusterIP") == "ClusterIP" for service in objects("Service").values())


def test_copies_of_conversion_follow_the_queue():
    spec = objects("HorizontalPodAutoscaler")["descant-conversion"]["spec"]
    assert spec["scaleTargetRef"]["name"] in objects("Deployment")
    metric = next(metric["external"]["metric"] for metric in spec["metrics"] if metric["type"] == "External")
    told = (DEPLOY.parent / "services" / "content" / "http" / "content_api.cpp").read_text()
    (label, value), = metric["selector"]["matchLabels"].items()
    assert f'{metric["name"]}{{{label}=\\"{value}\\"}}' in told, "the content service exports it"
    pods = objects("Deployment")["content"]["spec"]["template"]["metadata"]["annotations"]
    assert pods["prometheus.io/path"] == "/metrics" and f'"{pods["prometheus.io/path"]}", ShowMetrics' in told
    strangers = {name for name, policy in objects("NetworkPolicy").items() for rule in policy["spec"].get("ingress", [])
                 for peer in rule.get("from", []) if "podSelector" not in peer}
    assert strangers == {"descant-content"}, "monitoring reaches no other"


def test_copies_of_conversion_find_each_other():
    target = COMPOSE["services"]["conversion"]["environment"]["DESCANT_CONVERSION_WORKERS"]
    told = {one["name"]: one.get("value") for one in pod("conversion")["containers"][0]["env"]}
    assert told["DESCANT_CONVERSION_WORKERS"] == target == COMPOSE["services"]["content"]["environment"]["DESCANT_CONVERSION_GRPC"]
    assert objects("Service")["conversion"]["spec"]["clusterIP"] == "None", "its name leads to each copy"
    out, into = allowed()
    assert ("conversion", "conversion") in out & into


def test_conversion_reaches_no_database():
    assert not any(share_a_network("conversion", data) for data in DATA)


@pytest.mark.parametrize("name", OWN)
def test_containers_have_no_rights_to_lose(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"] and service["pids_limit"] and service["restart"] == "unless-stopped"
    spec, container = pod(name), pod(name)["containers"][0]
    assert spec["securityContext"]["runAsNonRoot"] and not spec["automountServiceAccountToken"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                            "capabilities": {"drop": ["ALL"]}}
    assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    target = DOCKERFILE[DOCKERFILE.index(f"FROM runtime AS {name}"):].split("\nFROM ")[0]
    assert "\nUSER descant\n" in target and "HEALTHCHECK" in target


@pytest.mark.parametrize("name", OWN)
def test_secrets_are_mounted_not_told(name):
    mounted = set(COMPOSE["services"][name]["secrets"])
    told = {key: value for key, value in COMPOSE["services"][name]["environment"].items() if key.startswith("DESCANT")}
    read = {value.rsplit("/", 1)[1] for key, value in told.items() if key.endswith("_FILE")}
    assert read == mounted <= COMPOSE["secrets"].keys()
    assert not any(re.search("SECRET|KEY|DATABASE", key) and not key.endswith("_FILE") for key in told)
    volume = next(volume for volume in pod(name)["volumes"] if volume["name"] == "secrets")
    assert {item["key"] for item in volume["secret"]["items"]} == mounted, "the same on Kubernetes"
    assert not objects("Secret")


def test_selectors_find_their_pods():
    for name, service in objects("Service").items():
        labels = objects("Deployment")[service["spec"]["selector"]["app.kubernetes.io/name"]]
        ports = {port["name"] for port in labels["spec"]["template"]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports, name
    for budget in objects("PodDisruptionBudget").values():
        assert budget["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] in OWN
    for name in OWN:
        assert pod(name)["serviceAccountName"] in objects("ServiceAccount")
    overlay = yaml.safe_load((DEPLOY / "kubernetes" / "overlays" / "example" / "kustomization.yaml").read_text())
    assert {image["name"] for image in overlay["images"]} == {pod(name)["containers"][0]["image"] for name in OWN}
