/**
 * Headers that are sent but never signed, since they belong to one hop or a proxy may change them.
 * A name that ends in `*` stands for all that begin so.
 */
const unsignedNames: readonly string[] = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'accept-encoding',
  'user-agent',
  'x-amzn-trace-id',
  'traceparent',
  'tracestate',
  'forwarded',
  'via',
  'x-forwarded-*',
  'x-real-ip',
  'x-amz-cf-id',
  'cf-*',
  'cdn-loop',
  'true-client-ip',
]

const exact: ReadonlySet<string> = new Set(unsignedNames.filter((name) => !name.endsWith('*')))
const prefixes: readonly string[] = unsignedNames
  .filter((name) => name.endsWith('*'))
  .map((name) => name.slice(0, -1))

/**
 * Tells whether a header stays out of the signature.
 * @param name its lower-case name
 * @returns true for hop-by-hop headers and those that proxies add or change
 */
export function isUnsignedHeader(name: string): boolean {
  return exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
