import os

import botocore.session
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

session = botocore.session.Session()
credentials = session.get_credentials().get_frozen_credentials()
request = AWSRequest("GET", os.environ["BOOKS_URL"] + "book", params={"page": "5"})
SigV4Auth(credentials, "lambda", os.environ["AWS_REGION"]).add_auth(request)
signed = request.prepare()
answer = requests.request(signed.method, signed.url, headers=dict(signed.headers), data=signed.body)
print(answer.status_code, answer.text)
