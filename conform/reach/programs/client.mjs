// A Node client: signs with aws4 and sends with what its first argument names. Knows nothing of furlong.
import { request } from 'node:https'
import { Agent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import aws4 from 'aws4'

const [kind = '', url = ''] = process.argv.slice(2)
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, STRANGER_ACCESS_KEY_ID, STRANGER_SECRET_ACCESS_KEY } =
  process.env

/** How each client sends a request whose headers are signed already. */
const clients = {
  fetch: async (headers) => {
    // fetch sets Host itself, and refuses to have it set.
    const { Host: _, ...rest } = headers
    const response = await fetch(url, { headers: rest })
    return [response.status, await response.text()]
  },
  https: (headers) =>
    new Promise((done, fail) => {
      const isTls = url.startsWith('https:')
      const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
      const sent = (isTls ? request : requestHttp)(url, { headers, agent }, async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        agent.destroy()
        done([response.statusCode, text])
      })
      sent.once('error', fail)
      sent.end()
    }),
  axios: async (headers) => {
    const { default: axios } = await import('axios')
    const options = {
      headers,
      validateStatus: () => true,
      responseType: 'text',
      transformResponse: (text) => text,
    }
    const { status, data } = await axios.get(url, options)
    return [status, data]
  },
  undici: async (headers) => {
    const { Pool } = await import('undici')
    const { origin, pathname, search } = new URL(url)
    const pool = new Pool(origin)
    const { statusCode, body } = await pool.request({ path: pathname + search, method: 'GET', headers })
    const text = await body.text()
    await pool.close()
    return [statusCode, text]
  },
  ky: async (headers) => {
    const { default: ky } = await import('ky')
    const { Host: _, ...rest } = headers
    const response = await ky(url, { headers: rest, throwHttpErrors: false, retry: 0 })
    return [response.status, await response.text()]
  },
}

async function call(accessKeyId, secretAccessKey) {
  const { host, pathname, search } = new URL(url)
  const options = {
    host,
    path: pathname + search,
    method: 'GET',
    service: 'lambda',
    region: 'us-east-1',
    headers: {},
  }
  const { headers } = aws4.sign(options, { accessKeyId, secretAccessKey })
  return clients[kind](headers)
}

const outcome = {
  right: await call(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY),
  wrongKey: await call(AWS_ACCESS_KEY_ID, `${AWS_SECRET_ACCESS_KEY}x`),
  stranger: await call(STRANGER_ACCESS_KEY_ID, STRANGER_SECRET_ACCESS_KEY),
}
process.stdout.write(JSON.stringify(outcome))
