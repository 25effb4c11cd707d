/** A runtime of its own that breaks the rules of the Runtime API as MISTAKE says, once; then it keeps them. */
import { request } from 'node:http'
import { connect } from 'node:net'

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const prefix = '/2018-06-01/runtime/invocation'

const call = (method, path, body = '') =>
  new Promise((done, fail) => {
    const sent = request({ host, port, method, path, headers: { 'content-length': Buffer.byteLength(body) } })
    sent.once('error', fail).once('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      done({ status: response.statusCode, id: response.headers['lambda-runtime-aws-request-id'], text })
    })
    sent.end(body)
  })

const raw = (bytes) =>
  new Promise((done) => {
    const socket = connect(Number(port), host)
    socket.on('error', () => {}).once('close', done)
    socket.write(bytes)
    setTimeout(() => socket.destroy(), 50)
  })

const answer = (id) => call('POST', `${prefix}/${id}/response`, '"answered"')

const mistakes = {
  // The answer is heard of twice.
  twice: async (id) => {
    await answer(id)
    await answer(id)
  },
  // It asks for the next event and owes an answer.
  next: async () => {
    await call('GET', `${prefix}/next`)
  },
  // It says that more comes than does, and closes.
  short: async (id) => {
    await raw(`POST ${prefix}/${id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"half`)
    await answer(id)
  },
  garbage: async (id) => {
    await raw('\u0016\u0003\u0001 this is no HTTP\r\n\r\n')
    await answer(id)
  },
  // An id that nobody has given out.
  foreign: async (id) => {
    await call('POST', `${prefix}/00000000-0000-0000-0000-000000000000/response`, '"stolen"')
    await answer(id)
  },
  // It closes its connection and says nothing more.
  silent: () => new Promise(() => setInterval(() => {}, 1000)),
  leave: () => process.exit(0),
}

let isFirst = true
for (;;) {
  const { id } = await call('GET', `${prefix}/next`)
  if (isFirst) {
    isFirst = false
    await mistakes[process.env.MISTAKE](id)
  } else await answer(id)
}
