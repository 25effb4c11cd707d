"""A Python client: signs and sends with what its first argument names. Knows nothing of a local side.

Requests come as JSON on stdin and answers go as JSON to stdout.
"""

import base64
import json
import os
import sys

region, service = 'us-east-1', 'lambda'
access_key, secret_key = os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SECRET_ACCESS_KEY']


def sign(job, credentials=None):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method=job['method'], url=job['url'], headers=job['headers'], data=job['body'])
    SigV4Auth(credentials or Credentials(access_key, secret_key), service, region).add_auth(request)
    return request


def read_requests(answer):
    return answer.status_code, answer.content, answer.headers.get('x-furlong-why')


def send_requests(job):
    import requests

    signed = sign(job).prepare()
    return read_requests(requests.request(signed.method, signed.url, headers=dict(signed.headers), data=signed.body))


def send_httpx(job):
    import httpx

    headers = dict(sign(job).headers)
    return read_requests(httpx.request(job['method'], job['url'], headers=headers, content=job['body']))


def send_boto3(job):
    import boto3
    from botocore.httpsession import URLLib3Session

    credentials = boto3.Session().get_credentials().get_frozen_credentials()
    prepared = sign(job, credentials).prepare()
    verify = os.environ.get('AWS_CA_BUNDLE') or True
    proxies = {'https': os.environ['HTTPS_PROXY']} if 'HTTPS_PROXY' in os.environ else None
    proxies = proxies if job['url'].startswith('https:') else None
    answer = URLLib3Session(verify=verify, proxies=proxies).send(prepared)
    return read_requests(answer)


def send_aws4auth(job):
    import requests
    from requests_aws4auth import AWS4Auth

    auth = AWS4Auth(access_key, secret_key, region, service)
    return read_requests(
        requests.request(job['method'], job['url'], headers=job['headers'], data=job['body'], auth=auth)
    )


def send_auth_aws_sigv4(job):
    import requests
    from requests_auth_aws_sigv4 import AWSSigV4

    auth = AWSSigV4(
        service, region=region, aws_access_key_id=access_key, aws_secret_access_key=secret_key
    )
    return read_requests(
        requests.request(job['method'], job['url'], headers=job['headers'], data=job['body'], auth=auth)
    )


def invoke_boto3(job):
    import boto3

    client = boto3.client('lambda')
    if job['functionName'] == 'echo':
        answer = client.invoke(FunctionName='echo', Payload=job['payload'])
        return answer['StatusCode'], answer['Payload'].read(), None
    answer = client.invoke_with_response_stream(FunctionName='stream', Payload=job['payload'])
    parts = [event['PayloadChunk']['Payload'] for event in answer['EventStream'] if 'PayloadChunk' in event]
    return answer['StatusCode'], b''.join(parts), None


def run(job):
    body = base64.b64decode(job['body']) if job.get('body') is not None else None
    status, content, why = globals()[sys.argv[1]]({**job, 'body': body})
    return {'status': status, 'body': base64.b64encode(content).decode(), 'why': why}


answers = []
for job in json.load(sys.stdin):
    try:
        answers.append({'id': job['id'], **run(job)})
    except Exception as error:
        answers.append({'id': job['id'], 'threw': f'{type(error).__name__}: {error}'})
json.dump(answers, sys.stdout)
