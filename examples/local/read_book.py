import botocore.session
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

url = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws/book?page=5"
request = AWSRequest("GET", url)
SigV4Auth(botocore.session.Session().get_credentials(), "lambda", "us-east-1").add_auth(request)
print(requests.get(url, headers=dict(request.headers)).text)
