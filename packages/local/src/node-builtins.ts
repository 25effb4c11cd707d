/** Node's modules that take long to load and that most sides never need: TLS takes 12 ms. */
import type Https from 'node:https'
import type Tls from 'node:tls'

/** @returns `node:https` */
export const loadHttps = (): typeof Https => process.getBuiltinModule('node:https')

/** @returns `node:tls` */
export const loadTls = (): typeof Tls => process.getBuiltinModule('node:tls')
