"""The caller in Python: signs with botocore, sends with requests."""

import json
import os

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

SESSION = Session()


def handler(event, context):
    data = json.dumps(event["json"]) if "json" in event else None
    headers = {"content-type": "application/json"} if data else {}
    request = AWSRequest(event.get("method", "GET"), event["url"], headers, data, event.get("params"))
    SigV4Auth(SESSION.get_credentials(), "lambda", os.environ["AWS_REGION"]).add_auth(request)
    prepared = request.prepare()
    response = requests.request(
        prepared.method, prepared.url, headers=dict(prepared.headers), data=prepared.body, timeout=10
    )
    why = response.headers.get("x-furlong-why")
    return {"status": response.status_code, "body": response.text, **({"why": why} if why else {})}

