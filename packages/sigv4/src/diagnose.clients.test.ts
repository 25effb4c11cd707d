import { gzipSync } from 'node:zlib'
import aws4 from 'aws4'
import { AwsClient, AwsV4Signer } from 'aws4fetch'
import axios from 'axios'
import ky from 'ky'
import { request as undiciRequest } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Diagnosis, diagnose, presign, type RawRequest, verify } from './index.ts'
import {
  proved,
  evidence,
  type Case,
  signed,
  json,
  post,
  smithy,
  smithyRequest,
  sendBySmithy,
  sendByHttp,
  curl,
  curlSigns,
  asFlags,
  byPython,
  byHand,
  yesterday,
  presigned,
  withoutHost,
  sendByAws4,
  throughProxy,
  withFile,
  isHere,
} from './testing/clients.node.ts'
import { mistakes } from './mistakes.ts'
import { statedCauses } from './stated-causes.ts'
import { deriveKey, hash, hmac, signByHand } from './testing/hand-signer.node.ts'
import { credentials, options as fixedOptions, temporary } from './testing/keys.ts'
import { sendRaw, startWireServer, type WireServer } from './testing/wire-server.node.ts'

const cases: readonly Case[] = [
  // Which scope and which time.
  {
    client: 'curl --aws-sigv4',
    mistake: 'signs for API Gateway',
    make: (server) => curl(server, '/', ...curlSigns('aws:amz:us-east-1:execute-api')),
    finds: [['wrong-service', proved]],
    says: /'execute-api'.*'lambda'/,
    needs: 'curl',
  },
  {
    client: 'aws4fetch',
    mistake: 'signs as for S3',
    make: async (server) => {
      const client = new AwsClient({ ...credentials, service: 's3', region: 'us-east-1', retries: 0 })
      await client.fetch(server.origin + '/items', { method: 'POST', body: json })
    },
    finds: [
      ['unsigned-payload', proved],
      ['wrong-service', evidence],
    ],
    says: /UNSIGNED-PAYLOAD/,
  },
  {
    client: 'aws4',
    mistake: 'signs for another region',
    make: (server) => sendByAws4(server, { path: '/', region: 'eu-west-1' }),
    finds: [['wrong-region', proved]],
    says: /'eu-west-1'.*'us-east-1'/,
  },
  {
    client: 'aws4',
    mistake: 'keeps the headers of an earlier request, and with them its time',
    make: (server) => sendByAws4(server, { path: '/', headers: { 'X-Amz-Date': '20260101T000000Z' } }),
    finds: [['clock-skew', proved]],
    says: /20260101T000000Z.*used again/,
  },
  byPython('local-time', 'writes local time as UTC', 'clock-skew', proved, /2 hours ahead of.*local time/),
  byPython(
    'presign-expired',
    'keeps a presigned URL',
    'presigned-url-expired',
    proved,
    /held for 1 second from/,
  ),
  byHand(
    'keeps a signing key of yesterday',
    'key-derived-otherwise',
    /derived for `\d{8}`, where the scope says/,
    {
      key: (secret, [, ...steps]) => deriveKey(secret, [yesterday(), ...steps]),
    },
  ),
  byHand(
    'derives the key for another region than the scope names',
    'key-derived-otherwise',
    /for `s3`, where the scope says `lambda`/,
    {
      key: (secret, [day = '', region = '', , last = '']) => deriveKey(secret, [day, region, 's3', last]),
    },
  ),
  byHand("leaves out 'AWS4' before the secret", 'key-derived-otherwise', /without 'AWS4'/, {
    key: (secret, steps) => steps.reduce<Buffer>((key, step) => hmac(key, step), Buffer.from(secret)),
  }),
  byHand('feeds hexadecimal text from step to step', 'key-derived-otherwise', /hexadecimal text/, {
    key: (secret, steps) =>
      steps.reduce<Buffer>(
        (key, step) => Buffer.from(hmac(key, step).toString('hex')),
        Buffer.from('AWS4' + secret),
      ),
  }),
  byHand('stops one step early', 'key-derived-otherwise', /without the last step/, {
    key: (secret, steps) => deriveKey(secret, steps.slice(0, 3)),
  }),

  // The texts.
  byHand(
    'writes the signature in capitals',
    'signature-spelled-otherwise',
    /signature is written in capitals/,
    {
      signature: (hex) => hex.toUpperCase(),
    },
  ),
  byHand('writes the signature in base64', 'signature-spelled-otherwise', /base64/, {
    signature: (hex) => Buffer.from(hex, 'hex').toString('base64'),
  }),
  byHand('hashes in capitals', 'signature-spelled-otherwise', /string to sign is written in capitals/, {
    stringToSign: (text) => text.slice(0, -64) + text.slice(-64).toUpperCase(),
  }),
  byHand("writes the body's hash in capitals", 'signature-spelled-otherwise', /body's hash/, {
    payloadHash: hash('').toUpperCase(),
  }),
  byHand('joins lines with CR LF', 'canonical-request-layout', /CR LF/, {
    canonicalRequest: (text) => text.replaceAll('\n', '\r\n'),
  }),
  byHand('forgets the empty line after the headers', 'canonical-request-layout', /empty line after/, {
    canonicalRequest: (text) => text.replace('\n\nhost;', '\nhost;'),
  }),
  byHand('forgets the line of the empty query', 'canonical-request-layout', /empty line for a query/, {
    canonicalRequest: (text) => text.replace('\n\n', '\n'),
  }),
  byHand(
    'ends the canonical request with a line end',
    'canonical-request-layout',
    /after the canonical request/,
    {
      canonicalRequest: (text) => text + '\n',
    },
  ),

  // The secret and the token.
  byPython(
    'secret-with-newline',
    'reads the secret from a file',
    'secret-with-white-space',
    proved,
    /a newline at its end/,
  ),
  byPython(
    'secret-in-quotes',
    'reads the secret from an env file',
    'secret-with-white-space',
    proved,
    /quotes around it/,
  ),
  {
    client: 'node:http with sign()',
    mistake: 'percent-encodes the secret',
    make: (server) => {
      const secretAccessKey = encodeURIComponent(
        credentials.secretAccessKey,
      ) as typeof credentials.secretAccessKey
      return sendByHttp(server, '/', {
        headers: signed(server, '/', {}, { credentials: { ...credentials, secretAccessKey } }),
      })
    },
    finds: [['secret-with-white-space', proved]],
    says: /percent-encoded/,
  },
  byPython('token-later', 'adds the token after signing', 'token-not-signed', proved, /added after signing/),
  byPython(
    'no-token',
    'leaves the token out',
    'missing-session-token',
    evidence,
    /temporary.*no session token/,
  ),
  byPython(
    'left-over-token',
    'sends a left-over token',
    'wrong-session-token',
    evidence,
    /not a temporary one/,
  ),
  {
    client: 'aws4fetch',
    mistake: 'adds the token after presigning, as AWS IoT wants it',
    make: async (server) => {
      const { url } = await new AwsV4Signer({
        ...temporary,
        url: server.origin + '/?X-Amz-Expires=60',
        service: 'lambda',
        region: 'us-east-1',
        signQuery: true,
        appendSessionToken: true,
      }).sign()
      await fetch(url)
    },
    finds: [['token-added-after-presigning', proved]],
    says: /added to the presigned URL/,
  },
  {
    client: 'fetch',
    mistake: 'sends a presigned URL whose token was decoded on its way, so that its plus signs become blanks',
    make: async (server) => {
      const { url } = presign(
        { method: 'GET', url: server.origin + '/' },
        {
          credentials: temporary,
          region: 'us-east-1',
          service: 'lambda',
          now: new Date(),
          expiresInSeconds: 60,
        },
      )
      await fetch(url.replaceAll('%2B', '+'))
    },
    finds: [['session-token-altered', evidence]],
    says: /with a blank for each `\+`/,
  },
  {
    client: 'aws4',
    mistake: 'has key id and secret swapped',
    make: (server) =>
      sendByAws4(server, {
        path: '/',
        keys: { accessKeyId: 'wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY', secretAccessKey: 'AKIDEXAMPLE' },
      }),
    finds: [['key-and-secret-swapped', evidence]],
    says: /swapped/,
  },
  {
    client: 'curl --aws-sigv4',
    mistake: 'uses a key of another account',
    make: (server) =>
      curl(server, '/', '--aws-sigv4', 'aws:amz:us-east-1:lambda', '--user', 'AKIAOTHERACCOUNT1234:other'),
    finds: [['unknown-key', evidence]],
    says: /AKIAOTHERACCOUNT1234 is not known here/,
    needs: 'curl',
  },

  {
    client: 'aws4fetch',
    mistake: 'presigns without X-Amz-Expires, as it does for every service but S3',
    make: async (server) => {
      const { url } = await new AwsV4Signer({
        ...credentials,
        url: server.origin + '/',
        service: 'lambda',
        region: 'us-east-1',
        signQuery: true,
      }).sign()
      await fetch(url)
    },
    finds: [['malformed-signature', evidence]],
    says: /must include 'X-Amz-Expires'/,
  },

  // The host and the method.
  {
    client: 'aws4 with fetch',
    mistake: 'is given a host name without its port',
    make: async (server) => {
      const { headers } = aws4.sign(
        { service: 'lambda', region: 'us-east-1', hostname: '127.0.0.1', path: '/' },
        credentials,
      )
      await fetch(server.origin + '/', { headers: withoutHost(headers) })
    },
    finds: [['host-without-port', proved]],
    says: /host `127\.0\.0\.1`, and sent with the Host header `127\.0\.0\.1:\d+`/,
  },
  {
    client: 'fetch',
    mistake: 'signs for localhost and sends to 127.0.0.1',
    make: (server) =>
      fetch(server.origin + '/', {
        headers: signed({ ...server, origin: server.origin.replace('127.0.0.1', 'localhost') }, '/'),
      }),
    finds: [['another-host', proved]],
    says: /host `localhost:\d+`, and sent with the Host header `127/,
  },
  {
    client: 'fetch through a reverse proxy',
    mistake: 'signs for a custom domain, and a proxy sets the Host header',
    make: (server) =>
      throughProxy(server, { host: 'abc.lambda-url.us-east-1.on.aws' }, (origin) =>
        fetch(origin + '/', { headers: signed({ ...server, origin }, '/') }),
      ),
    finds: [['another-host', proved]],
    says: /sent with the Host header `abc\.lambda-url/,
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'is given a URL for a host',
    make: async (server) => {
      const { headers } = await smithy().sign(
        smithyRequest(server, '/', { headers: { host: server.origin } }),
      )
      await fetch(server.origin + '/', { headers: withoutHost(headers) })
    },
    finds: [['another-host', proved]],
    says: /host `http:\/\/127\.0\.0\.1:\d+`/,
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'is given no host header',
    make: async (server) => {
      const { headers } = await smithy().sign(smithyRequest(server, '/', { headers: {} }))
      await fetch(server.origin + '/', { headers })
    },
    finds: [['host-not-signed', proved]],
    says: /Host header is not among/,
  },
  {
    client: 'aws4 with axios',
    mistake: 'signs the method in lower case, and axios sends it in capitals',
    make: async (server) => {
      const { headers } = aws4.sign(
        { service: 'lambda', region: 'us-east-1', host: server.host, path: '/', method: 'patch' },
        credentials,
      )
      await axios.request({
        url: server.origin + '/',
        method: 'patch',
        headers: withoutHost(headers),
        proxy: false,
      })
    },
    finds: [['another-method', proved]],
    says: /method `patch` and sent as `PATCH`/,
  },
  {
    client: 'fetch',
    mistake: 'sends a presigned GET URL with POST and a body',
    make: (server) => fetch(presigned(server, '/items'), { method: 'POST', body: json }),
    finds: [
      ['another-method', proved],
      ['body-empty-when-signed', proved],
    ],
    says: /as if it had no body/,
  },
  {
    client: 'fetch',
    mistake: 'follows a redirect that turns POST into GET',
    make: (server) => {
      server.redirect(301, server.origin + '/items')
      return fetch(server.origin + '/items', {
        method: 'POST',
        body: json,
        headers: signed(server, '/items', { method: 'POST', body: json }),
      })
    },
    finds: [
      ['another-method', proved],
      ['body-changed', proved],
    ],
    says: /method `POST` and sent as `GET`/,
  },

  // The path.
  byPython('s3-auth', 'signs with the signer for S3', 'path-encoded-once', proved, /encoded once/),
  {
    client: '@smithy/signature-v4',
    mistake: 'has uriEscapePath switched off',
    make: (server) =>
      sendBySmithy(server, '/a%20b', smithy({ uriEscapePath: false }), smithyRequest(server, '/a%20b')),
    finds: [['path-encoded-once', proved]],
    says: /encoded once/,
  },
  {
    client: 'curl --aws-sigv4',
    mistake: 'of Debian 12 signs the path as it is',
    make: (server) => curl(server, '/a%20b', ...curlSigns()),
    finds: [['path-encoded-once', proved]],
    says: /encoded once/,
    needs: 'curl',
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'is given the query within the path',
    make: (server) => sendBySmithy(server, '/items?page=2', smithy(), smithyRequest(server, '/items?page=2')),
    finds: [['query-in-path', proved]],
    says: /part of the path/,
  },
  byHand(
    'signs the decoded path',
    'path-decoded',
    /decoded/,
    { path: '/reports/mai 2026' },
    '/reports/mai%202026',
  ),
  byHand(
    'encodes an encoded path twice',
    'path-encoded-thrice',
    /once too often/,
    { path: '/a%252520b' },
    '/a%20b',
  ),
  byHand(
    'signs a path with two slashes',
    'path-not-normalized',
    /empty or dot/,
    { path: '/v1//items' },
    '/v1//items',
  ),
  byHand(
    'encodes with encodeURIComponent',
    'loosely-encoded',
    /`! ' \( \) \*` left/,
    { path: '/a%2520b(1)' },
    '/a%20b(1)',
  ),
  byHand(
    'encodes with small hexadecimal letters, as .NET does',
    'loosely-encoded',
    /small letters/,
    { query: 'q=%c3%bc' },
    '/?q=%C3%BC',
  ),
  byPython(
    'path-of-the-example',
    "keeps canonical_uri = '/' of the example",
    'path-changed',
    proved,
    /that of `\/`/,
  ),
  {
    client: 'fetch',
    mistake: 'signs a path and sends it with a slash at its end',
    make: (server) => fetch(server.origin + '/items/', { headers: signed(server, '/items') }),
    finds: [['path-changed', proved]],
    says: /that of `\/items`/,
  },
  {
    client: 'fetch',
    mistake: 'signs one item and asks for the next',
    make: (server) => fetch(server.origin + '/items/8', { headers: signed(server, '/items/7') }),
    finds: [['path-changed', proved]],
    says: /that of `\/items\/7`/,
  },
  {
    client: 'fetch through a reverse proxy',
    mistake: 'signs a path whose prefix the proxy takes away',
    make: (server) =>
      throughProxy(server, { prefix: '/prod' }, (origin) =>
        fetch(origin + '/prod/items', { headers: signed({ ...server, origin }, '/prod/items') }),
      ),
    finds: [['path-changed', proved]],
    says: /that of `\/prod\/items`/,
  },
  {
    client: 'fetch',
    mistake: 'signs a path to which a stage is added',
    make: (server) => fetch(server.origin + '/default/items', { headers: signed(server, '/items') }),
    finds: [['path-changed', proved]],
    says: /that of `\/items`/,
  },

  // The query.
  byPython('params-later', 'adds params after signing', 'query-left-out', proved, /without its query/),
  {
    client: 'axios',
    mistake: 'adds params after signing',
    make: (server) =>
      axios.get(server.origin + '/items', {
        params: { page: 2 },
        headers: signed(server, '/items'),
        proxy: false,
      }),
    finds: [['query-left-out', proved]],
    says: /without its query/,
  },
  {
    client: 'undici',
    mistake: 'adds a query after signing',
    make: async (server) =>
      (
        await undiciRequest(server.origin + '/items', {
          query: { page: 2 },
          headers: signed(server, '/items'),
        })
      ).body.dump(),
    finds: [['query-left-out', proved]],
    says: /without its query/,
  },
  {
    client: 'ky',
    mistake: 'adds searchParams to the query after signing',
    make: (server) =>
      ky.get(server.origin + '/items?page=1', {
        searchParams: { page: 2 },
        headers: signed(server, '/items?page=1'),
        retry: 0,
      }),
    finds: [['query-repeats-left-out', proved]],
    says: /first value only/,
  },
  {
    client: 'fetch',
    mistake: 'adds pairs to a presigned URL',
    make: (server) => fetch(presigned(server, '/report?id=7') + '&utm_source=mail&utm_medium=x'),
    finds: [['query-changed', proved]],
    says: /without `utm_source`, `utm_medium`/,
  },
  {
    client: 'fetch',
    mistake: 'takes a cache buster into the middle of a signed URL',
    make: (server) => fetch(server.origin + '/?a=1&_=99&b=2', { headers: signed(server, '/?a=1&b=2') }),
    finds: [['query-changed', proved]],
    says: /without `_`/,
  },
  {
    client: 'curl --aws-sigv4',
    mistake: 'of Debian 12 does not sort the query',
    make: (server) => curl(server, '/?b=2&a=1', ...curlSigns()),
    finds: [['query-unsorted', proved]],
    says: /order of the URL/,
    needs: 'curl',
  },
  byPython(
    'sorted-decoded',
    'sorts names before they are encoded',
    'query-unsorted',
    proved,
    /sorted before/,
  ),
  byPython(
    'raw-colon',
    'signs the query of the URL as it stands',
    'query-not-encoded',
    proved,
    /as it stands in the URL/,
  ),
  byPython(
    'raw-brackets',
    'signs brackets that requests encodes when it sends them',
    'query-not-encoded',
    proved,
    /as it stands in the URL/,
  ),
  byPython(
    'quoted-plus',
    'encodes a blank as a plus in the canonical query',
    'loosely-encoded',
    proved,
    /blanks as `\+`/,
  ),
  {
    client: '@smithy/signature-v4 with fetch',
    mistake: 'signs a plus sign and sends it bare',
    make: async (server) =>
      sendBySmithy(server, '/?q=a+b', smithy(), smithyRequest(server, '/', { query: { q: 'a+b' } })),
    finds: [['query-plus-as-plus', proved]],
    says: /read as a blank/,
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'drops a name without a value',
    make: (server) =>
      sendBySmithy(
        server,
        '/?flag&a=1',
        smithy(),
        smithyRequest(server, '/', { query: { flag: null, a: '1' } }),
      ),
    finds: [['query-flag-left-out', proved]],
    says: /without `=`/,
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'is given values that are encoded already',
    make: (server) =>
      sendBySmithy(server, '/?q=a%20b', smithy(), smithyRequest(server, '/', { query: { q: 'a%20b' } })),
    finds: [['query-encoded-twice', proved]],
    says: /encoded twice/,
  },
  {
    client: '@smithy/signature-v4',
    mistake: 'is given a map that keeps the last of two values',
    make: (server) =>
      sendBySmithy(server, '/?id=1&id=2', smithy(), smithyRequest(server, '/', { query: { id: '2' } })),
    finds: [['query-repeats-left-out', proved]],
    says: /last value only/,
  },
  {
    client: 'axios',
    mistake: 'adds [] to the name of an array',
    make: (server) =>
      axios.get(server.origin + '/', {
        params: { id: [1, 2] },
        headers: signed(server, '/?id=1&id=2'),
        proxy: false,
      }),
    finds: [['query-repeats-left-out', proved]],
    says: /without the `\[\]`/,
  },
  {
    client: 'aws4fetch',
    mistake: 'drops a pair with an empty name',
    make: async (server) => {
      await new AwsClient({ ...credentials, service: 'lambda', region: 'us-east-1', retries: 0 }).fetch(
        server.origin + '/?=x&a=1',
      )
    },
    finds: [['query-empty-name-left-out', proved]],
    says: /empty name/,
  },

  // The body.
  byPython(
    'reserialised',
    'signs compact JSON and sends json=',
    'body-reserialized',
    proved,
    /signed as compact JSON/,
  ),
  {
    client: 'axios',
    mistake: 'trims a JSON text',
    make: (server) => {
      const body = `${json}\n`
      return axios.post(server.origin + '/items', body, {
        headers: signed(server, '/items', { ...post, body }),
        proxy: false,
      })
    },
    finds: [['body-reserialized', proved]],
    says: /newline at its end/,
  },
  {
    client: 'aws4 with axios',
    mistake: 'signs indented JSON with its length, and axios sends it compact',
    make: async (server) => {
      const body = JSON.stringify(JSON.parse(json), undefined, 2)
      const { headers } = aws4.sign(
        {
          service: 'lambda',
          region: 'us-east-1',
          host: server.host,
          path: '/items',
          method: 'POST',
          body,
          headers: { 'Content-Type': 'application/json' },
        },
        credentials,
      )
      const { 'Content-Length': _, ...sent } = withoutHost(headers)
      await axios.post(server.origin + '/items', JSON.parse(json), { headers: sent, proxy: false })
    },
    finds: [['body-reserialized', proved]],
    says: /indented by two blanks/,
  },
  {
    client: 'curl',
    mistake: 'takes the line ends out of a file given with -d',
    make: (server) =>
      withFile('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n', (file, body) =>
        curl(server, '/items', '-d', `@${file}`, ...asFlags(signed(server, '/items', { ...post, body }))),
      ),
    finds: [['body-reserialized', proved]],
    says: /indented by two blanks and with a newline/,
    needs: 'curl',
  },
  {
    client: 'fetch',
    mistake: 'signs an object as text',
    make: (server) =>
      fetch(server.origin + '/items', {
        method: 'POST',
        body: json,
        headers: signed(server, '/items', { ...post, body: '[object Object]' }),
      }),
    finds: [['body-reserialized', proved]],
    says: /`\[object Object\]`/,
  },
  {
    client: 'fetch',
    mistake: 'serialises a JSON text a second time',
    make: (server) =>
      fetch(server.origin + '/items', {
        method: 'POST',
        body: JSON.stringify(json),
        headers: signed(server, '/items', post),
      }),
    finds: [['body-reserialized', proved]],
    says: /serialised a second time/,
  },
  {
    client: 'axios',
    mistake: 'signs JSON and sends a form',
    make: (server) =>
      axios.post(server.origin + '/items', new URLSearchParams({ a: '1' }), {
        headers: signed(server, '/items', { method: 'POST', body: '{"a":"1"}' }),
        proxy: false,
      }),
    finds: [['body-changed', proved]],
    says: /not the hash of what arrived/,
  },
  byPython(
    'latin',
    'signs UTF-8 and sends Latin-1, as http.client does',
    'body-other-charset',
    proved,
    /UTF-8, and sent as Latin-1/,
  ),
  {
    ...byPython('multipart', 'serialises a form twice', 'multipart-serialized-anew', evidence, /boundary/),
    finds: [
      ['multipart-serialized-anew', evidence],
      ['changed-after-signing', evidence],
      ['wrong-secret', evidence],
    ],
  },
  {
    client: 'fetch',
    mistake: 'signs a FormData, and serialises it a second time',
    make: async (server) => {
      const form = new FormData()
      form.set('name', 'café')
      const body = await new Response(form).text()
      await fetch(server.origin + '/upload', {
        method: 'POST',
        body: form,
        headers: signed(server, '/upload', { method: 'POST', body }),
      })
    },
    finds: [
      ['body-changed', proved],
      ['multipart-serialized-anew', evidence],
    ],
    says: /boundary is drawn anew/,
  },
  {
    client: 'fetch',
    mistake: 'signs before it compresses',
    make: (server) =>
      fetch(server.origin + '/items', {
        method: 'POST',
        body: gzipSync(json),
        headers: { ...signed(server, '/items', { ...post, headers: [] }), 'content-encoding': 'gzip' },
      }),
    finds: [
      ['body-changed', proved],
      ['body-compressed', evidence],
    ],
    says: /./,
  },
  {
    client: 'undici',
    mistake: 'signs no body and sends one',
    make: async (server) =>
      (
        await undiciRequest(server.origin + '/items', {
          method: 'POST',
          body: json,
          headers: signed(server, '/items', { method: 'POST' }),
        })
      ).body.dump(),
    finds: [['body-empty-when-signed', proved]],
    says: /no body/,
  },
  byHand(
    'signs a body in chunks, as S3 clients do',
    'streaming-payload',
    /as only S3 takes it/,
    {
      method: 'PUT',
      path: '/items',
      headers: [
        ['host', '$host'],
        ['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
        ['x-amz-date', '$date'],
      ],
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    },
    '/items',
    { method: 'PUT', body: json, headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' } },
  ),
  {
    client: 'aws4fetch behind CloudFront',
    mistake: 'sends a body without its hash',
    make: async (server) => {
      const signer = new AwsV4Signer({
        ...credentials,
        service: 'lambda',
        region: 'us-east-1',
        method: 'POST',
        url: server.origin + '/items',
        headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        body: json,
      })
      const { headers } = await signer.sign()
      await fetch(server.origin + '/items', {
        method: 'POST',
        body: json,
        headers: {
          ...Object.fromEntries(headers as unknown as Iterable<[string, string]>),
          'x-amz-cf-id': 'abc',
          via: '2.0 abc.cloudfront.net (CloudFront)',
        },
      })
    },
    finds: [
      ['unsigned-payload', proved],
      ['cloudfront-without-hash', evidence],
    ],
    says: /UNSIGNED-PAYLOAD/,
  },

  // The headers.
  {
    client: 'axios',
    mistake: 'adds a charset to the content type of a form',
    make: (server) => {
      const type = 'application/x-www-form-urlencoded'
      return axios.post(server.origin + '/items', new URLSearchParams({ a: '1' }), {
        headers: {
          ...signed(server, '/items', { method: 'POST', body: 'a=1', headers: [['content-type', type]] }),
          'content-type': `${type};charset=utf-8`,
        },
        proxy: false,
      })
    },
    finds: [['header-changed', proved]],
    says: /`content-type` was changed after signing: it was signed as `application\/x-www-form-urlencoded` and arrived as `application\/x-www-form-urlencoded;charset=utf-8`/,
  },
  {
    client: 'aws4 with fetch',
    mistake: 'signs a content type that fetch replaces by its own',
    make: async (server) => {
      const { headers } = aws4.sign(
        {
          service: 'lambda',
          region: 'us-east-1',
          host: server.host,
          path: '/items',
          method: 'POST',
          body: 'hello',
        },
        credentials,
      )
      const { 'Content-Type': _, ...sent } = withoutHost(headers)
      await fetch(server.origin + '/items', { method: 'POST', body: 'hello', headers: sent })
    },
    finds: [['header-changed', proved]],
    says: /arrived as `text\/plain;charset=UTF-8`/,
  },
  {
    client: 'fetch through a reverse proxy',
    mistake: "signs the body's length, and the proxy sends it in chunks",
    make: (server) =>
      throughProxy(server, {}, async (origin) => {
        const host = origin.slice('http://'.length)
        const { headers } = aws4.sign(
          {
            service: 'lambda',
            region: 'us-east-1',
            host,
            path: '/items',
            method: 'POST',
            body: json,
            headers: { 'Content-Type': 'application/json' },
          },
          credentials,
        )
        const { 'Content-Length': _, ...sent } = withoutHost(headers)
        await fetch(origin + '/items', { method: 'POST', body: json, headers: sent })
      }),
    finds: [
      ['header-changed', proved],
      ['signed-header-absent', evidence],
    ],
    says: /'content-length' did not arrive/,
  },
  {
    client: 'fetch through a reverse proxy',
    mistake: 'signs x-forwarded-for, to which the proxy adds itself',
    make: (server) =>
      throughProxy(server, {}, (origin) => {
        const host = origin.slice('http://'.length)
        const own = signByHand(host, {
          headers: [
            ['host', host],
            ['x-amz-date', '$date'],
            ['x-forwarded-for', '192.0.2.1'],
          ],
        })
        return fetch(origin + '/', { headers: { ...own, 'x-forwarded-for': '192.0.2.1' } })
      }),
    finds: [['header-changed', proved]],
    says: /signed as `192\.0\.2\.1` and arrived as `192\.0\.2\.1, 10\.0\.0\.7`/,
  },
  {
    client: 'undici',
    mistake: 'signs a header that is not sent',
    make: async (server) => {
      const { 'x-trace': _, ...headers } = {
        'x-trace': '',
        ...signed(server, '/', { headers: [['x-trace', 'abc']] }),
      }
      await (await undiciRequest(server.origin + '/', { headers })).body.dump()
    },
    finds: [['signed-header-absent', evidence]],
    says: /'x-trace' did not arrive/,
  },
  byHand(
    'joins a repeated header with a comma and a blank',
    'header-changed',
    /signed as `a, b` and arrived as `a,b`/,
    {
      headers: [
        ['host', '$host'],
        ['x-amz-date', '$date'],
        ['x-tag', 'a, b'],
      ],
    },
    '/',
    { headers: { 'x-tag': ['a', 'b'] } },
  ),
  byHand(
    'keeps the blanks within a value',
    'header-white-space',
    /blanks as they stand/,
    {
      headers: [
        ['host', '$host'],
        ['x-amz-date', '$date'],
        ['x-note', 'a   b'],
      ],
    },
    '/',
    { headers: { 'x-note': 'a   b' } },
  ),
  byHand('writes header names with capitals', 'header-names-in-capitals', /capitals/, {
    headers: [
      ['Host', '$host'],
      ['X-Amz-Date', '$date'],
    ],
  }),
  byHand('does not sort the headers', 'headers-unsorted', /not sorted/, {
    headers: [
      ['x-amz-date', '$date'],
      ['host', '$host'],
    ],
  }),

  // What can be read off a request.
  byHand('does not sign the date', 'date-not-signed', /x-amz-date is not among/, {
    headers: [['host', '$host']],
  }),
  {
    client: 'aws4',
    mistake: 'uses a session that has ended',
    make: (server) => sendByAws4(server, { path: '/', keys: { ...temporary, accessKeyId: 'ASIAEXPIRED' } }),
    finds: [['expired-session', evidence]],
    says: /has expired/,
  },
  byHand(
    'states the hash of another body beside the signature',
    'payload-hash-mismatch',
    /hash of an empty body, and a body arrived/,
    {
      method: 'POST',
      path: '/items',
      payloadHash: hash(json),
    },
    '/items',
    { method: 'POST', body: json, headers: { 'x-amz-content-sha256': hash('') } },
  ),
  byHand(
    'states UNSIGNED-PAYLOAD beside the signature',
    'payload-hash-unsigned',
    /UNSIGNED-PAYLOAD/,
    {
      method: 'POST',
      path: '/items',
      payloadHash: hash(json),
    },
    '/items',
    { method: 'POST', body: json, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
  ),
  {
    client: 'fetch',
    mistake: 'ends the scope in another word',
    make: (server) => {
      const { authorization = '', ...headers } = signByHand(server.host)
      return fetch(server.origin + '/', {
        headers: { ...headers, authorization: authorization.replace('aws4_request', 'aws4') },
      })
    },
    finds: [['wrong-terminator', proved]],
    says: /does not end in 'aws4_request'/,
  },
  {
    client: 'fetch',
    mistake: 'keeps the scope of yesterday',
    make: (server) => {
      const { authorization = '', ...headers } = signByHand(server.host)
      return fetch(server.origin + '/', {
        headers: { ...headers, authorization: authorization.replace(/\/\d{8}\//, `/${yesterday()}/`) },
      })
    },
    finds: [
      ['scope-date-mismatch', evidence],
      ['wrong-secret', evidence],
    ],
    says: /The scope is of the day \d{8}, and the request of/,
  },
  {
    client: 'a raw socket',
    mistake: 'sends two Host headers',
    make: (server) => {
      const lines = Object.entries(signByHand(server.host)).map(([name, value]) => `${name}: ${value}\r\n`)
      return sendRaw(
        server.port,
        `GET / HTTP/1.1\r\nHost: ${server.host}\r\nHost: ${server.host}\r\n${lines.join('')}Connection: close\r\n\r\n`,
      )
    },
    finds: [
      ['another-host', proved],
      ['signed-header-repeated', evidence],
    ],
    says: /more than one Host header/,
  },

  // No signature that could be read.
  {
    client: 'curl',
    mistake: 'does not sign',
    make: (server) => curl(server, '/'),
    finds: [['unsigned-request', evidence]],
    says: /no signature/,
    needs: 'curl',
  },
  {
    client: 'axios',
    mistake: 'sends a bearer token',
    make: (server) =>
      axios.get(server.origin + '/', { headers: { authorization: 'Bearer abc.def' }, proxy: false }),
    finds: [['other-authorization-scheme', evidence]],
    says: /another scheme/,
  },
  {
    client: 'curl',
    mistake: 'sends a presigned URL with --user',
    make: (server) => {
      const url = presigned(server, '/')
      return curl(server, url.slice(server.origin.length), ...curlSigns())
    },
    finds: [['repeated-authorization', evidence]],
    says: /more than one signature/,
    needs: 'curl',
  },
  {
    client: 'fetch',
    mistake: 'signs with SigV4A',
    make: (server) =>
      fetch(server.origin + '/', {
        headers: {
          'x-amz-date': '20261122T094500Z',
          authorization: `AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20261122/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=30`,
        },
      }),
    finds: [['other-algorithm', evidence]],
    says: /SigV4A/,
  },
  {
    client: 'a raw socket',
    mistake: 'sends two signatures',
    make: (server) => {
      const { authorization } = signByHand(server.host)
      return sendRaw(
        server.port,
        `GET / HTTP/1.1\r\nHost: ${server.host}\r\nAuthorization: ${authorization}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
      )
    },
    finds: [['repeated-authorization', evidence]],
    says: /more than one signature/,
  },

  // Nothing that could be guessed, and nothing that is wrong in the request.
  {
    client: 'fetch',
    mistake: 'asks for something else than was signed',
    make: (server) =>
      fetch(server.origin + '/book?title=emma', { headers: signed(server, '/book?title=dune') }),
    finds: [
      ['changed-after-signing', evidence],
      ['wrong-secret', evidence],
    ],
    says: /the query \(`title`\)/,
  },
  {
    client: 'curl --aws-sigv4',
    mistake: 'uses the secret of another key',
    make: (server) =>
      curl(
        server,
        '/',
        '--aws-sigv4',
        'aws:amz:us-east-1:lambda',
        '--user',
        `${credentials.accessKeyId}:another`,
      ),
    finds: [['wrong-secret', evidence]],
    says: /belongs to AKIDEXAMPLE/,
    needs: 'curl',
  },

  // Two at once.
  {
    client: 'aws4 with axios',
    mistake: 'leaves out the port, and adds params after signing',
    make: async (server) => {
      const { headers } = aws4.sign(
        { service: 'lambda', region: 'us-east-1', hostname: '127.0.0.1', path: '/items' },
        credentials,
      )
      await axios.get(server.origin + '/items', {
        params: { page: 2 },
        headers: withoutHost(headers),
        proxy: false,
      })
    },
    finds: [
      ['host-without-port', proved],
      ['query-left-out', proved],
    ],
    says: /host `127\.0\.0\.1`/,
  },
  {
    client: '@smithy/signature-v4 with fetch',
    mistake: 'encodes the path once, and signs no body',
    make: async (server) => {
      const { headers } = await smithy({ uriEscapePath: false }).sign(
        smithyRequest(server, '/a%20b', { method: 'POST' }),
      )
      await fetch(server.origin + '/a%20b', { method: 'POST', body: json, headers: withoutHost(headers) })
    },
    finds: [
      ['path-encoded-once', proved],
      ['body-empty-when-signed', proved],
    ],
    says: /encoded once/,
  },
  {
    client: 'aws4 with fetch',
    mistake: 'leaves out the port, and signs a content type that fetch replaces',
    make: async (server) => {
      const { headers } = aws4.sign(
        {
          service: 'lambda',
          region: 'us-east-1',
          hostname: '127.0.0.1',
          path: '/',
          method: 'POST',
          body: 'hello',
        },
        credentials,
      )
      const { 'Content-Type': _, ...sent } = withoutHost(headers)
      await fetch(server.origin + '/', { method: 'POST', body: 'hello', headers: sent })
    },
    finds: [
      ['host-without-port', proved],
      ['header-changed', proved],
    ],
    says: /host `127\.0\.0\.1`/,
  },
]

function refuse(request: RawRequest): Diagnosis[] {
  const options = { ...fixedOptions, now: new Date() }
  const result = verify(request, options)
  if (result.ok) throw new Error('The request was accepted')
  const found = diagnose(request, options, result)
  const text = JSON.stringify([found, result])
  for (const secret of [credentials.secretAccessKey, temporary.sessionToken])
    expect(text).not.toContain(secret)
  expect(text).not.toMatch(/Signature=[0-9a-f]{64}/)
  return found
}

describe('diagnose() of what real clients send', () => {
  let server: WireServer
  beforeAll(async () => {
    server = await startWireServer()
  })
  afterAll(() => server.close())

  for (const { client, mistake, make, finds, says, needs } of cases) {
    const name = `${client} ${mistake}`
    if (needs && !isHere[needs]) {
      it.skip(`${name}: ${needs} is not here`, () => {})
      continue
    }
    it(name, async () => {
      await make(server)
      const [request, ...more] = server.take()
      expect(more).toEqual([])
      const found = refuse(request!)
      if (process.env['SHOW'])
        console.log(
          `${name}\n${found.map((d) => `  ${d.cause} [${d.proof}] ${d.says}\n     -> ${d.fix}`).join('\n')}`,
        )
      expect(found.map(({ cause, proof }) => [cause, proof])).toEqual(finds)
      expect(found.map((one) => one.says).join(' ')).toMatch(says)
    })
  }

  it('makes every mistake of the tables', () => {
    const found = new Set(cases.flatMap(({ finds }) => finds.map(([cause]) => cause)))
    const causes = [...mistakes, ...statedCauses].map(({ cause }) => cause)
    expect(causes.filter((cause) => !found.has(cause))).toEqual([])
  })
})
