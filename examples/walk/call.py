import os

import botocore.session
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

session = botocore.session.Session()
role = session.create_client("sts").assume_role(RoleArn=os.environ["READER"], RoleSessionName="walk")
keys = role["Credentials"]
credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

request = AWSRequest("GET", os.environ["BOOKS_URL"] + "book", params={"page": "5"})
SigV4Auth(credentials, "lambda", session.get_config_variable("region")).add_auth(request)
signed = request.prepare()
answer = requests.get(signed.url, headers=dict(signed.headers))
print(answer.status_code, answer.text)
