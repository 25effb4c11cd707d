/** The floor's function: one raw socket, one handler, the next poll pipelined behind each response. */
import { connect } from 'node:net'

const [host, port] = process.env['AWS_LAMBDA_RUNTIME_API'].split(':')
const socket = connect({ host, port: Number(port), noDelay: true })
const next = `GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: ${host}\r\n\r\n`
let pending = ''
socket.write(next)
socket.setEncoding('utf8')
socket.on('data', (text) => {
  pending += text
  for (;;) {
    const head = pending.indexOf('\r\n\r\n')
    if (head === -1) return
    const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, head))[1])
    if (pending.length < head + 4 + length) return
    const id = /lambda-runtime-aws-request-id: (\S+)/i.exec(pending.slice(0, head))?.[1]
    const body = pending.slice(head + 4, head + 4 + length)
    pending = pending.slice(head + 4 + length)
    if (id === undefined) continue
    const event = JSON.parse(body)
    const answer = JSON.stringify({ statusCode: 200, body: `hello ${event.rawPath}` })
    socket.write(
      `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${answer.length}\r\n\r\n${answer}${next}`,
    )
  }
})
