"""Signs with botocore: one JSON request a line in, one JSON answer a line out."""
import base64
import datetime
import json
import sys
import types

import botocore.auth
import botocore.awsrequest
import botocore.credentials

moment = datetime.datetime(2026, 1, 1)

botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment


def keeping(signer):
    class Keeping(signer):
        def canonical_request(self, request):
            self.kept = super().canonical_request(request)
            return self.kept

        def signature(self, string_to_sign, request):
            self.given = super().signature(string_to_sign, request)
            return self.given

    return Keeping


signers = {
    (False, False): keeping(botocore.auth.SigV4Auth),
    (False, True): keeping(botocore.auth.S3SigV4Auth),
    (True, False): keeping(botocore.auth.SigV4QueryAuth),
    (True, True): keeping(botocore.auth.S3SigV4QueryAuth),
}


def sign(one):
    global moment
    moment = datetime.datetime.strptime(one['amzDate'], '%Y%m%dT%H%M%SZ')
    keys = botocore.credentials.Credentials(one['accessKeyId'], one['secretAccessKey'], one['sessionToken'])
    request = botocore.awsrequest.AWSRequest(
        method=one['method'], url=one['url'], data=base64.b64decode(one['body'])
    )
    for name, value in one['headers']:
        request.headers.add_header(name, value)
    if 'X-Amz-Content-SHA256' in request.headers and request.headers['X-Amz-Content-SHA256'] == 'UNSIGNED-PAYLOAD':
        request.context['payload_signing_enabled'] = False
        request.context['client_config'] = types.SimpleNamespace(s3={'payload_signing_enabled': False})
    expires = one['expiresInSeconds']
    signer = signers[expires is not None, one['service'] == 's3']
    more = {} if expires is None else {'expires': expires}
    auth = signer(keys, one['service'], one['region'], **more)
    auth.add_auth(request)
    return {
        'canonicalRequest': auth.kept,
        'signature': auth.given,
        'url': request.url,
        'headers': list(request.headers.items()),
    }


print(json.dumps({'version': botocore.__version__}), flush=True)
for line in sys.stdin:
    try:
        answer = sign(json.loads(line))
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'}
    sys.stdout.write(json.dumps(answer) + '\n')
    sys.stdout.flush()
