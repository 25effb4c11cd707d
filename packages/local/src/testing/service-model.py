"""Prints botocore's model of a service: the members of each operation's input, with their limits."""

import json
import sys

import botocore.session

LIMITS = ("min", "max", "pattern", "enum")


def describe(shape, depth=0):
    described = {"type": shape.type_name}
    described.update({name: value for name, value in shape.metadata.items() if name in LIMITS})
    if shape.type_name == "structure" and depth < 4:
        described["required"] = shape.required_members
        described["members"] = {
            name: dict(
                describe(member, depth + 1),
                location=member.serialization.get("location"),
                name=member.serialization.get("name", name),
            )
            for name, member in shape.members.items()
        }
    if shape.type_name == "list":
        described["item"] = describe(shape.member, depth + 1)
    if shape.type_name == "map":
        described["key"] = describe(shape.key, depth + 1)
        described["item"] = describe(shape.value, depth + 1)
    return described


model = botocore.session.get_session().get_service_model(sys.argv[1])
operations = {}
for operation_name in model.operation_names:
    operation = model.operation_model(operation_name)
    operations[operation_name] = {
        "method": operation.http["method"],
        "path": operation.http["requestUri"],
        "input": describe(operation.input_shape) if operation.input_shape else None,
    }
json.dump(operations, sys.stdout)
