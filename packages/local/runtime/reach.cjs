// Runs ahead of a Node program (NODE_OPTIONS=--require): connections to function URLs of AWS go to the local side instead, whatever
// client, agent or pool makes them. Only the address is replaced; the name that TLS checks stays as it is.
'use strict'
const { Socket } = require('node:net')

const mark = Symbol.for('furlong.reach')
const port = Number(process.env.FURLONG_REACH_PORT)
const urlHost = /^[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws$/i
const apiHost = /^(?:lambda|iam|sts)(?:\.[a-z0-9-]+)?\.amazonaws\.com$/i
const isOurs = (host) =>
  typeof host === 'string' &&
  (urlHost.test(host) || (process.env.FURLONG_REACH_AWS_HOSTS === '1' && apiHost.test(host)))

if (Number.isInteger(port) && port > 0 && !Object.hasOwn(Socket.prototype, mark)) {
  // eslint-disable-next-line typescript/unbound-method
  const { connect } = Socket.prototype
  // `tls` is not touched: to load it would cost every program that needs none more than its own start.
  Socket.prototype.connect = function (...args) {
    // net.connect hands its arguments on as one list that it has brought in order.
    const list = Array.isArray(args[0]) ? args[0] : args
    const [first, second] = list
    const isObject = typeof first === 'object' && first !== null
    const host = isObject ? first.host : second
    const wanted = isObject ? first.port : first
    if (Number(wanted) === 443 && isOurs(host)) {
      const options = isObject ? first : {}
      const moved = { ...options, host: '127.0.0.1', port }
      if (isObject) list[0] = moved
      else list.splice(0, 2, moved)
      // A client that names no host in its handshake would get the certificate of the address.
      if (this.encrypted && !options.servername && typeof this.setServername === 'function')
        this.setServername(host)
    }
    return connect.apply(this, args)
  }
  Socket.prototype[mark] = true
}
