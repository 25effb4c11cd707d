/**
 * Node's own modules that Node listeners need, loaded when the first listener is hosted.
 *
 * `node:http` and what it brings take longer to load than all of this package. An import of it would be hoisted to the top of a
 * bundle, so that a function that hosts a fetch application would load it too.
 */
import type Events from 'node:events'
import type Http from 'node:http'
import type Net from 'node:net'
import type Stream from 'node:stream'

/** `node:events` */
export const events: typeof Events = process.getBuiltinModule('node:events')
/** `node:http` */
export const http: typeof Http = process.getBuiltinModule('node:http')
/** `node:net` */
export const net: typeof Net = process.getBuiltinModule('node:net')
/** `node:stream` */
export const stream: typeof Stream = process.getBuiltinModule('node:stream')
