import type { HttpFacts } from '@furlong/iam'
import { type Exchange, headerOf } from '../exchange.ts'

/** @returns the client's address as policies and events spell it: IPv4 without the prefix of a dual-stack socket */
export const sourceIpOf = ({ request }: Exchange): string =>
  withoutMapping(request.socket.remoteAddress ?? '127.0.0.1')

const mapped = '::ffff:'
const withoutMapping = (address: string): string =>
  address.startsWith(mapped) ? address.slice(mapped.length) : address

/**
 * Reads from a request what condition keys are made of.
 *
 * @param exchange the request
 * @param region the region it is for
 * @returns `secureTransport` is true: on AWS there is no other way in than TLS, and the local side stands for it
 */
export function readHttpFacts(exchange: Exchange, region: string): HttpFacts {
  const { rawHeaders } = exchange.raw
  const userAgent = headerOf(rawHeaders, 'user-agent')
  const referer = headerOf(rawHeaders, 'referer')
  return {
    sourceIp: sourceIpOf(exchange),
    secureTransport: true,
    region,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(referer === undefined ? {} : { referer }),
  }
}
