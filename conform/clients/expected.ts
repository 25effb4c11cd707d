import type { Result } from './cells.ts'

/** Requests that a client gets refused, or that arrive as others than were meant. */
export interface Expected {
  readonly clients: readonly string[]
  readonly requests: readonly string[]
  readonly result: Result
  /** What the client does. */
  readonly says: string
  /** What AWS makes of it, and how that is known. */
  readonly onAws: string
}

const botocore = ['botocore + requests', 'botocore + httpx', 'boto3 session, botocore']
const curl = ['curl --aws-sigv4']
const refusedReported = 'refused too, as reported: curl/curl 11794'
const refusedByRule =
  'refused by the rule that SigV4 is documented with; nobody has shown it of a function URL'
const takenAsSent = 'the same: the link holds for what is in it'

/** Every failure that is known. Another one fails the command, and so does one of these that passes. */
export const expectedFailures: readonly Expected[] = [
  {
    clients: botocore,
    requests: ['reserved, as written', 'plus', 'equals in a value', 'parentheses, quotes', 'brackets'],
    result: 'refused: query-not-encoded',
    says: 'botocore signs the query of a URL as it is written, only sorted; its own clients encode before. With `params=` it passes.',
    onAws: refusedReported,
  },
  {
    clients: botocore,
    requests: ['lower-case hex'],
    result: 'refused: loosely-encoded',
    says: 'The same: `%c3` is signed as `%c3`.',
    onAws: refusedByRule,
  },
  {
    clients: ['aws-sigv4-fetch'],
    requests: ['order of encoded names'],
    result: 'refused: query-unsorted',
    says: 'It is pinned to @smithy/signature-v4 3.1, which sorts names before it encodes them.',
    onAws: refusedByRule,
  },
  {
    clients: curl,
    requests: ['unsorted, repeated', 'flag'],
    result: 'refused: query-unsorted',
    says: 'curl 7.88 signs the query in the order of the URL.',
    onAws: refusedByRule,
  },
  {
    clients: curl,
    requests: [
      'reserved, as written',
      'plus',
      'equals in a value',
      'brackets',
      'lower-case hex',
      'parentheses, quotes',
      'order of encoded names',
    ],
    result: 'refused: query-not-encoded',
    says: 'curl 7.88 signs the query as it is written.',
    onAws: refusedReported,
  },
  {
    clients: curl,
    requests: ['encoded path', 'encoded slash in a path', 'sub-delims in a path'],
    result: 'refused: path-encoded-once',
    says: 'curl 7.88 signs the path as it is sent; all services but S3 encode it once more.',
    onAws: 'refused too, as reported: curl/curl 18423',
  },
  {
    clients: curl,
    requests: ['double slash'],
    result: 'refused: path-not-normalized',
    says: 'curl signs `//` as it is; all services but S3 take it for one slash.',
    onAws: refusedByRule,
  },
  {
    clients: ['link presigned by botocore'],
    requests: ['unsorted, repeated'],
    result: 'changed: query B=3&a=1&b=2',
    says: 'botocore keeps one value of a repeated name when it presigns.',
    onAws: takenAsSent,
  },
  {
    clients: ['link presigned by botocore'],
    requests: ['brackets'],
    result: 'changed: query ids[]=2',
    says: 'The same.',
    onAws: takenAsSent,
  },
  {
    clients: ['requests-auth-aws-sigv4, recorded'],
    requests: ['get-dup'],
    result: 'refused: query-repeats-left-out',
    says: 'It keeps one value of a repeated name in the signature and sends all.',
    onAws: refusedByRule,
  },
]

/**
 * @param client its name
 * @param request its id
 * @returns what is known to fail there, or undefined where it has to pass
 */
export function findExpected(client: string, request: string): Expected | undefined {
  return expectedFailures.find(
    ({ clients, requests }) => clients.includes(client) && requests.includes(request),
  )
}
