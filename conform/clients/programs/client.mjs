// A Node client: signs and sends with what its first argument names. Knows nothing of a local side.
// Requests come as JSON on stdin and answers go as JSON to stdout.
import { createHash, createHmac } from 'node:crypto'
import { Agent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { createRequire } from 'node:module'
import { json } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env
const credentials = { accessKeyId, secretAccessKey }
const [service, region] = ['lambda', 'us-east-1']

/** Clients that nothing else needs lie in a package of their own: they bring other versions of what is here. */
const importPeer = (name) =>
  import(pathToFileURL(createRequire(new URL('../peers/package.json', import.meta.url)).resolve(name)).href)

const readFetched = async (response) => ({
  status: response.status,
  body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  why: response.headers.get('x-furlong-why') ?? undefined,
})
const initOf = ({ method, headers, body }) => ({ method, headers, ...(body === undefined ? {} : { body }) })

/** Sends over node:http or node:https, exactly as given. */
const sendPlain = (url, { method, path, headers, body }) =>
  new Promise((done, fail) => {
    const isTls = url.protocol === 'https:'
    const agent = isTls ? new HttpsAgent() : new Agent()
    const { hostname, port } = url
    const request = (isTls ? requestHttps : requestHttp)({ hostname, port, method, path, headers, agent })
    request.once('error', fail).once('response', async (response) => {
      const parts = []
      for await (const part of response) parts.push(part)
      const { 'x-furlong-why': why } = response.headers
      done({ status: response.statusCode, body: Buffer.concat(parts).toString('base64'), why })
    })
    request.end(body)
  })

/** A URL as smithy's own parser takes it apart. */
const toSmithy = ({ method, url, headers, body }) => {
  const { protocol, hostname, port, pathname, searchParams, host } = new URL(url)
  const query = {}
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    query[name] = values.length === 1 ? values[0] : values
  }
  const portNumber = port === '' ? {} : { port: Number(port) }
  return {
    method,
    protocol,
    hostname,
    ...portNumber,
    path: pathname,
    query,
    headers: { ...headers, host },
    body,
  }
}

class Sha256 {
  constructor(secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }
  update(data) {
    this.hash.update(data)
  }
  async digest() {
    return this.hash.digest()
  }
}

const signSmithy = async (job) => {
  const { SignatureV4 } = await import('@smithy/signature-v4')
  return new SignatureV4({ credentials, region, service, sha256: Sha256 }).sign(toSmithy(job))
}

const readAxios = ({ status, data, headers }) => ({
  status,
  body: Buffer.from(data).toString('base64'),
  why: headers['x-furlong-why'],
})
const axiosOptions = ({ method, url, headers, body }) => ({
  method,
  url,
  headers,
  ...(body === undefined ? {} : { data: body }),
  responseType: 'arraybuffer',
  validateStatus: () => true,
})

const clients = {
  aws4: async (job) => {
    const { default: aws4 } = await import('aws4')
    const url = new URL(job.url)
    const path = job.url.slice(job.url.indexOf('/', 'https://'.length))
    const { method, headers, body } = job
    const options = { host: url.host, method, path, headers, body, service, region }
    return sendPlain(url, aws4.sign(options, credentials))
  },
  aws4fetch: async (job) => {
    const { AwsClient } = await import('aws4fetch')
    const client = new AwsClient({ ...credentials, service, region, retries: 0 })
    return readFetched(await client.fetch(job.url, initOf(job)))
  },
  'aws-sigv4-fetch': async (job) => {
    const { createSignedFetcher } = await importPeer('aws-sigv4-fetch')
    return readFetched(await createSignedFetcher({ service, region, credentials })(job.url, initOf(job)))
  },
  'aws4-axios': async (job) => {
    const [{ default: axios }, { aws4Interceptor }] = await Promise.all([
      importPeer('axios'),
      importPeer('aws4-axios'),
    ])
    const client = axios.create()
    client.interceptors.request.use(
      aws4Interceptor({ options: { service, region }, credentials, instance: client }),
    )
    return readAxios(await client.request(axiosOptions(job)))
  },
  'smithy-fetch': async (job) => {
    const { host: _, ...headers } = (await signSmithy(job)).headers
    return readFetched(await fetch(job.url, initOf({ ...job, headers })))
  },
  'smithy-handler': async (job) => {
    const [{ NodeHttpHandler }, { HttpRequest }] = await Promise.all([
      import('@smithy/node-http-handler'),
      import('@smithy/core/protocols'),
    ])
    const handler = new NodeHttpHandler()
    const { response } = await handler.handle(new HttpRequest(await signSmithy(job)))
    const parts = []
    for await (const part of response.body) parts.push(part)
    handler.destroy()
    const { 'x-furlong-why': why } = response.headers
    return { status: response.statusCode, body: Buffer.concat(parts).toString('base64'), why }
  },
  'sdk-invoke': async ({ functionName: FunctionName, payload: Payload }) => {
    const { Lambda } = await import('@aws-sdk/client-lambda')
    const lambda = new Lambda({ region, credentials })
    if (FunctionName === 'echo') {
      const answer = await lambda.invoke({ FunctionName, Payload })
      return { status: answer.StatusCode, body: Buffer.from(answer.Payload).toString('base64') }
    }
    const { StatusCode, EventStream } = await lambda.invokeWithResponseStream({ FunctionName, Payload })
    const parts = []
    for await (const { PayloadChunk } of EventStream)
      parts.push(...(PayloadChunk ? [PayloadChunk.Payload] : []))
    return { status: StatusCode, body: Buffer.concat(parts).toString('base64') }
  },
  'furlong-fetch': async (job) => {
    const { createSignedFetch } = await import('@furlong/fetch')
    const signedFetch = createSignedFetch({ credentials, region, service, retry: false })
    return readFetched(await signedFetch(job.url, initOf(job)))
  },
  'furlong-axios': async (job) => {
    const [{ default: axios }, { signAxios }] = await Promise.all([
      import('axios'),
      import('@furlong/fetch/axios'),
    ])
    const client = axios.create()
    signAxios(client, { credentials, region, service })
    return readAxios(await client.request(axiosOptions(job)))
  },
  'furlong-undici': async ({ method, url, headers, body }) => {
    const [{ Agent, request }, { createSigningInterceptor }] = await Promise.all([
      import('undici'),
      import('@furlong/fetch/undici'),
    ])
    const dispatcher = new Agent().compose(createSigningInterceptor({ credentials, region, service }))
    const answer = await request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    await dispatcher.close()
    return { status: answer.statusCode, body: bytes.toString('base64'), why: answer.headers['x-furlong-why'] }
  },
}

const answers = []
for (const { id, body, ...job } of await json(process.stdin)) {
  const sent = { ...job, ...(body === undefined ? {} : { body: Buffer.from(body, 'base64') }) }
  try {
    answers.push({ id, ...(await clients[process.argv[2]](sent)) })
  } catch (error) {
    answers.push({ id, threw: String(error.cause ?? error) })
  }
}
process.stdout.write(JSON.stringify(answers))
