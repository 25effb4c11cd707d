/** What the applications of the fidelity suite answer: one table, so that all of them answer the same. */

/** An answer by its parts. */
export interface AnswerSpec {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | string | null
}

/** Bytes that are no text in any charset worth guessing. */
export const pngBytes: Uint8Array<ArrayBuffer> = Uint8Array.from([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x80,
])
/** `café` in ISO-8859-1. */
export const latin1Bytes: Uint8Array<ArrayBuffer> = Uint8Array.from([0x63, 0x61, 0x66, 0xe9])
/** `{}`, compressed. */
export const gzipBytes: Uint8Array<ArrayBuffer> = Uint8Array.from([
  0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xab, 0xae, 0x05, 0, 0x43, 0xbf, 0xa6, 0xa3, 0x02, 0, 0, 0,
])
/** The head of a frame. */
export const zstdBytes: Uint8Array<ArrayBuffer> = Uint8Array.from([
  0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x81, 0, 0,
])
/** More than fits into a buffered answer. */
export const largeBytes: number = 7 * 1024 * 1024

const typed = (type: string, body: AnswerSpec['body'], ...more: AnswerSpec['headers']): AnswerSpec => ({
  status: 200,
  headers: [['content-type', type], ...more],
  body,
})

/** Types whose bytes an adapter has to keep without having heard of them. */
export const binaryTypes: readonly string[] = [
  'image/png',
  'application/octet-stream',
  'application/pdf',
  'application/wasm',
  'application/x-protobuf',
  'font/woff2',
  'application/vnd.ms-excel',
  'multipart/mixed; boundary=x',
]

/** The answers by the name a request asks for them with, in its header `x-answer`. */
export const answers: Readonly<Record<string, () => AnswerSpec>> = {
  cookies: () =>
    typed(
      'text/plain',
      'x',
      ['set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/'],
      ['set-cookie', 'b=2'],
    ),
  links: () => typed('text/plain', 'x', ['link', '</a>; rel=preload'], ['link', '</b>; rel=preload']),
  challenges: () =>
    typed(
      'text/plain',
      'x',
      ['www-authenticate', 'Basic realm="a"'],
      ['www-authenticate', 'Bearer realm="b"'],
    ),
  nothing: () => ({ status: 204, headers: [['etag', '"x"']], body: null }),
  unmodified: () => ({ status: 304, headers: [['etag', '"x"']], body: null }),
  empty: () => ({ status: 200, headers: [['x-a', 'b']], body: '' }),
  sized: () => typed('text/plain', 'hello', ['content-length', '5']),
  ...Object.fromEntries(binaryTypes.map((type) => [type, () => typed(type, pngBytes)])),
  untyped: () => ({ status: 200, headers: [], body: pngBytes }),
  latin1: () => typed('text/plain; charset=iso-8859-1', latin1Bytes),
  gzip: () => typed('application/json', gzipBytes, ['content-encoding', 'gzip']),
  zstd: () => typed('text/html', zstdBytes, ['content-encoding', 'zstd']),
  html: () => typed('text/html; charset=utf-8', '<p>λ – café</p>'),
  problem: () => typed('application/problem+json', '{"title":"λ"}'),
  'byte order mark': () => typed('text/csv; charset=utf-8', Uint8Array.from([0xef, 0xbb, 0xbf, 0x61])),
  'latin1 header': () => typed('text/plain', 'x', ['x-name', 'caf\u00e9']),
  redirect: () => ({ status: 302, headers: [['location', 'https://example.com/there?a=1']], body: null }),
  large: () => typed('application/octet-stream', new Uint8Array(largeBytes).fill(7)),
  'large text': () => typed('text/plain', 'a'.repeat(6_200_000)),
  teapot: () => ({ status: 418, headers: [['content-type', 'text/plain']], body: 'short and stout' }),
}
