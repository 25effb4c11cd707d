"""Makes one mistake with botocore, requests, urllib or http.client: python-mistakes.py NAME ORIGIN."""
import datetime, hashlib, hmac, http.client, json, os, sys, time, urllib.parse
import botocore.auth, botocore.awsrequest, botocore.credentials
import requests

name, origin = sys.argv[1:3]
host = origin.split('//')[1]
access_key_id, secret = os.environ['KEY_ID'], os.environ['SECRET']
text = '{"name":"café","tags":[1,2]}'


def keys(secret=secret, token=None, key_id=access_key_id):
    return botocore.credentials.Credentials(key_id, secret, token)


def sign(method, url, body=b'', headers=None, signer=botocore.auth.SigV4Auth, service='lambda', **kept):
    given = keys(**kept)
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signer(given, service, 'us-east-1').add_auth(request)
    return request


def send(method, url, signed, **kept):
    requests.request(method, url, headers=dict(signed.headers.items()), timeout=10, **kept)


def by_hand(path='/', query='', payload=b'', amz_date=None, canonical_headers=None):
    """The signer of AWS's Python example, step by step."""
    amz_date = amz_date or datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    lines = canonical_headers or 'host:' + host + '\n' + 'x-amz-date:' + amz_date + '\n'
    digest = hashlib.sha256(payload).hexdigest()
    canonical = '\n'.join(['GET' if not payload else 'POST', path, query, lines, 'host;x-amz-date', digest])
    scope = '/'.join([amz_date[:8], 'us-east-1', 'lambda', 'aws4_request'])
    to_sign = '\n'.join(['AWS4-HMAC-SHA256', amz_date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + secret).encode()
    for step in scope.split('/'):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = 'Credential=' + access_key_id + '/' + scope
    return {
        'x-amz-date': amz_date,
        'Authorization': 'AWS4-HMAC-SHA256 ' + credential + ', SignedHeaders=host;x-amz-date, Signature=' + signature,
    }


def send_by_hand(target, headers, body=None):
    requests.request('POST' if body else 'GET', origin + target, headers=headers, data=body, timeout=10)


def reserialised():
    body = json.dumps(json.loads(text), separators=(',', ':'))
    signed = sign('POST', origin + '/items', body.encode(), {'Content-Type': 'application/json'})
    send('POST', origin + '/items', signed, json=json.loads(text))


def latin():
    body = '{"name":"café"}'
    headers = by_hand('/items', payload=body.encode())
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request('POST', '/items', body=body, headers=headers)
    connection.getresponse().read()


def params_later():
    signed = sign('GET', origin + '/items')
    send('GET', origin + '/items', signed, params={'page': 2, 'kind': 'a'})


def token_later():
    signed = sign('GET', origin + '/', key_id='ASIAEXAMPLE')
    signed.headers['X-Amz-Security-Token'] = os.environ['TOKEN']
    send('GET', origin + '/', signed)


def local_time():
    moment = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=2)))
    send_by_hand('/', by_hand(amz_date=moment.strftime('%Y%m%dT%H%M%SZ')))


def multipart():
    request = requests.Request('POST', origin + '/upload', files={'file': ('a.txt', 'hello')})
    first, second = request.prepare(), request.prepare()
    signed = sign('POST', origin + '/upload', first.body)
    signed.headers['Content-Type'] = second.headers['Content-Type']
    send('POST', origin + '/upload', signed, data=second.body)


def presign_expired():
    url = botocore.awsrequest.AWSRequest(method='GET', url=origin + '/report')
    botocore.auth.SigV4QueryAuth(keys(), 'lambda', 'us-east-1', expires=1).add_auth(url)
    time.sleep(2.1)
    requests.get(url.url, timeout=10)


mistakes = {
    'accepted': lambda: send('GET', origin + '/', sign('GET', origin + '/')),
    'reserialised': reserialised,
    'latin': latin,
    'params-later': params_later,
    'token-later': token_later,
    'local-time': local_time,
    'multipart': multipart,
    'presign-expired': presign_expired,
    's3-auth': lambda: send('GET', origin + '/a%20b', sign('GET', origin + '/a%20b', signer=botocore.auth.S3SigV4Auth)),
    'raw-colon': lambda: send('GET', origin + '/?at=10:30', sign('GET', origin + '/?at=10:30')),
    'raw-brackets': lambda: send('GET', origin + '/?ids[]=2&ids[]=1', sign('GET', origin + '/?ids[]=2&ids[]=1')),
    'secret-with-newline': lambda: send('GET', origin + '/', sign('GET', origin + '/', secret=secret + '\n')),
    'secret-in-quotes': lambda: send('GET', origin + '/', sign('GET', origin + '/', secret='"' + secret + '"')),
    'no-token': lambda: send('GET', origin + '/', sign('GET', origin + '/', key_id='ASIAEXAMPLE')),
    'left-over-token': lambda: send('GET', origin + '/', sign('GET', origin + '/', token='IQoJ-left-over-token')),
    'path-of-the-example': lambda: send_by_hand('/items/7', by_hand('/')),
    'quoted-plus': lambda: send_by_hand('/?q=a%20b', by_hand(query=urllib.parse.urlencode({'q': 'a b'}))),
    'sorted-decoded': lambda: send_by_hand('/?a%2Db=1&a%20c=2', by_hand(query='a-b=1&a%20c=2')),
}
mistakes[name]()
