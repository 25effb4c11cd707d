/** What each client is asked to send, and what has to arrive. */

/** One request of the matrix. */
export interface MatrixRequest {
  readonly id: string
  /** The column of the report that counts it. */
  readonly group: 'GET' | 'POST JSON' | 'binary' | 'empty body' | 'stream'
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query behind the origin's slash, as the caller writes them. */
  readonly target: string
  /** Path as the function has to understand it, decoded. */
  readonly path: string
  /** Name and value of each pair as the function has to understand them, in the order of names. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly contentType?: string
  readonly body?: Uint8Array
  /** Goes to the URL that streams. */
  readonly isStreamed?: boolean
}

const text = (written: string): Uint8Array => new TextEncoder().encode(written)
const get = (
  id: string,
  target: string,
  path: string,
  pairs: MatrixRequest['pairs'] = [],
): MatrixRequest => ({ id, group: 'GET', method: 'GET', target, path, pairs })

const everyByte = Uint8Array.from({ length: 1024 }, (_, at) => at % 256)
const json = 'application/json'

/** All of them, in the order in which they are sent. */
export const requests: readonly MatrixRequest[] = [
  get('plain', 'book?page=5', '/book', [['page', '5']]),
  get('no query', '', '/'),
  get('unsorted, repeated', 'q?b=2&a=1&B=3&a=0', '/q', [
    ['B', '3'],
    ['a', '0'],
    ['a', '1'],
    ['b', '2'],
  ]),
  get('encoded', 'q?amp=%26&eq=%3D&pct=50%25&sp=a%20b', '/q', [
    ['amp', '&'],
    ['eq', '='],
    ['pct', '50%'],
    ['sp', 'a b'],
  ]),
  get('reserved, as written', 'q?at=2026-11-22T09:45:00Z&to=/a/b', '/q', [
    ['at', '2026-11-22T09:45:00Z'],
    ['to', '/a/b'],
  ]),
  get('plus', 'q?a=x+y&b=1%2B1', '/q', [
    ['a', 'x y'],
    ['b', '1+1'],
  ]),
  get('flag', 'q?flag&x=1', '/q', [
    ['flag', ''],
    ['x', '1'],
  ]),
  get('empty value', 'q?a=&b=1', '/q', [
    ['a', ''],
    ['b', '1'],
  ]),
  get('equals in a value', 'q?a=b=c', '/q', [['a', 'b=c']]),
  get('brackets', 'q?ids[]=2&ids[]=1', '/q', [
    ['ids[]', '1'],
    ['ids[]', '2'],
  ]),
  get('UTF-8', 'q?s=caf%C3%A9&t=%E2%98%83', '/q', [
    ['s', 'café'],
    ['t', '☃'],
  ]),
  get('lower-case hex', 'q?s=caf%c3%a9', '/q', [['s', 'café']]),
  get('parentheses, quotes', "q?f=in('a')*!", '/q', [['f', "in('a')*!"]]),
  get('order of encoded names', 'q?a%2Fb=1&a-b=2&a=3', '/q', [
    ['a', '3'],
    ['a-b', '2'],
    ['a/b', '1'],
  ]),
  get('encoded path', 'a%20b/caf%C3%A9', '/a b/café'),
  get('encoded slash in a path', 'a%2Fb/c', '/a/b/c'),
  get('sub-delims in a path', "a;v=1/(b)/c,d@e:f!'*", "/a;v=1/(b)/c,d@e:f!'*"),
  get('double slash', 'a//b/', '/a//b/'),
  {
    id: 'JSON',
    group: 'POST JSON',
    method: 'POST',
    target: 'orders?dry=1',
    path: '/orders',
    pairs: [['dry', '1']],
    contentType: json,
    body: text('{"title":"Les Misérables ☃","pages":[1, 2.50]}'),
  },
  {
    id: 'JSON, 300 KB',
    group: 'POST JSON',
    method: 'PUT',
    target: 'orders/5',
    path: '/orders/5',
    pairs: [],
    contentType: json,
    body: text(JSON.stringify({ text: 'ä'.repeat(150_000) })),
  },
  {
    id: 'every byte',
    group: 'binary',
    method: 'POST',
    target: 'bytes',
    path: '/bytes',
    pairs: [],
    contentType: 'application/octet-stream',
    body: everyByte,
  },
  {
    id: 'POST without a body',
    group: 'empty body',
    method: 'POST',
    target: 'touch?x=1',
    path: '/touch',
    pairs: [['x', '1']],
    contentType: json,
    body: new Uint8Array(),
  },
  { id: 'DELETE', group: 'empty body', method: 'DELETE', target: 'books/7', path: '/books/7', pairs: [] },
  {
    id: 'streamed answer',
    group: 'stream',
    method: 'GET',
    target: 'parts?n=40',
    path: '/parts',
    pairs: [['n', '40']],
    isStreamed: true,
  },
  {
    id: 'streamed answer to a POST',
    group: 'stream',
    method: 'POST',
    target: 'parts?n=3',
    path: '/parts',
    pairs: [['n', '3']],
    contentType: json,
    body: text('{"n":3}'),
    isStreamed: true,
  },
]
