"""A Python client: signs with botocore and sends with what its first argument names. Knows nothing of furlong."""

import json
import os
import sys
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

kind, url = sys.argv[1:3]


def send_urllib(headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            return [response.status, response.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]


def send_requests(headers):
    import requests

    response = requests.get(url, headers=headers)
    return [response.status_code, response.text]


def send_httpx(headers):
    import httpx

    response = httpx.get(url, headers=headers)
    return [response.status_code, response.text]


def call(access_key, secret_key):
    request = AWSRequest(method='GET', url=url)
    SigV4Auth(Credentials(access_key, secret_key), 'lambda', 'us-east-1').add_auth(request)
    clients = {'urllib': send_urllib, 'requests': send_requests, 'httpx': send_httpx}
    return clients[kind](dict(request.headers))


own = os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SECRET_ACCESS_KEY']
outcome = {
    'right': call(*own),
    'wrongKey': call(own[0], own[1] + 'x'),
    'stranger': call(os.environ['STRANGER_ACCESS_KEY_ID'], os.environ['STRANGER_SECRET_ACCESS_KEY']),
}
print(json.dumps(outcome), end='')
