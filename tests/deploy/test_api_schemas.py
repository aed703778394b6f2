"""deploy/kubernetes against the schemas of Kubernetes' API, as its Python client has them: every field exists where it stands and has
its type, and none that is required is missing."""

import copy
import pathlib
import re

import pytest
import yaml
from kubernetes.client import Configuration, models

KUBERNETES = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
OBJECTS = [pytest.param(thing, id=f"{file.stem}-{thing['kind']}-{thing['metadata']['name']}")
           for file in sorted(KUBERNETES.rglob("*.yaml")) if file.name != "kustomization.yaml"
           for thing in yaml.safe_load_all(file.read_text())]
PLAIN = {"str": str, "bool": bool, "int": int, "float": (int, float), "object": object}


def model_of(thing):
    group, _, version = thing["apiVersion"].rpartition("/")
    version = version[0].upper() + version[1:]
    # Before it was stable, the same had this name: Debian 12's client is that old.
    found = next((name for name in (f"{version}{thing['kind']}", f"{version}beta2{thing['kind']}") if hasattr(models, name)), None)
    assert found, f"there is no {thing['kind']} in {thing['apiVersion']}"
    groups = {"Deployment": "apps", "PodDisruptionBudget": "policy", "HorizontalPodAutoscaler": "autoscaling",
              "NetworkPolicy": "networking.k8s.io", "Ingress": "networking.k8s.io", "Service": "", "ServiceAccount": ""}
    assert groups[thing["kind"]] == group
    return found


def check(value, type, where):
    if inner := re.fullmatch(r"list\[(.*)\]", type):
        assert isinstance(value, list), f"{where} is no list"
        for index, item in enumerate(value):
            check(item, inner[1], f"{where}[{index}]")
    elif inner := re.fullmatch(r"dict\(str, (.*)\)", type):
        assert isinstance(value, dict), f"{where} is no map"
        for key, item in value.items():
            # A quantity may be written as a number.
            check(str(item) if re.search("(requests|limits)$", where) else item, inner[1], f"{where}.{key}")
    elif type in PLAIN:
        assert isinstance(value, PLAIN[type]), f"{where} is {value!r}, not {type}"
    else:
        model = getattr(models, type)
        assert isinstance(value, dict), f"{where} is no {type}"
        names = {json: (python, model.openapi_types[python]) for python, json in model.attribute_map.items()}
        given = {}
        for key, item in value.items():
            assert key in names, f"{where} has no {key}"
            check(item, names[key][1], f"{where}.{key}")
            given[names[key][0]] = item
        configuration = Configuration()
        configuration.client_side_validation = True
        try:
            model(**given, local_vars_configuration=configuration)
        except ValueError as lack:
            raise AssertionError(f"{where}: {lack}") from None


@pytest.mark.parametrize("thing", OBJECTS)
def test_objects_are_what_the_api_takes(thing):
    check(thing, model_of(thing), thing["metadata"]["name"])


def change(thing, path, value):
    *path, last = path
    for step in path:
        thing = thing[step]
    if value is None:
        del thing[last]
    else:
        thing[last] = value


CONTAINER = ("spec", "template", "spec", "containers", 0)


@pytest.mark.parametrize("path, value, complaint", [
    ((*CONTAINER, "livenesProbe"), {}, "has no livenesProbe"),
    ((*CONTAINER, "readinessProbe", "periodSeconds"), "5", "not int"),
    ((*CONTAINER, "name"), None, "`name`, must not be `None`"),
    (("spec", "template", "spec", "volumes"), {}, "is no list"),
    (("spec", "selector"), None, "`selector`, must not be `None`"),
])
def test_what_the_api_refuses_is_found(path, value, complaint):
    thing = copy.deepcopy(next(o.values[0] for o in OBJECTS if o.values[0]["kind"] == "Deployment"))
    change(thing, path, value)
    with pytest.raises(AssertionError, match=complaint):
        check(thing, model_of(thing), "x")
