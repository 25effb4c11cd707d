import { findHeader, readHeaderLines, toMembers, type Transcript } from './transcript.ts'

/** One request of a transcript with its answer: curl writes several when it follows redirects. */
interface Exchange {
  readonly sent: string[]
  readonly got: string[]
  readonly body: string[]
}

/**
 * Tells whether a text is what `curl -v` writes.
 * @param text the text, one byte a character
 * @returns whether a request line stands behind a `>`
 */
export function isCurl(text: string): boolean {
  return /^> [A-Z]+ \S+ HTTP\//m.test(text)
}

/**
 * Reads what `curl -v` wrote, stdout and stderr together or stderr alone.
 * @param text the text, one byte a character
 * @returns the last exchange that was refused, else the last one; the request's body is not in it
 */
export function readCurl(text: string): Transcript {
  const exchanges = splitExchanges(text.split(/\r?\n/))
  const { sent, got, body } =
    exchanges.findLast(({ got }) => statusOf(got) >= 400) ?? exchanges.at(-1) ?? nothing
  const [, method = '', target = ''] = /^(\S+) (\S+)/.exec(sent[0] ?? '') ?? []
  const rawHeaders = readHeaderLines(sent.slice(1))
  const length = findHeader(rawHeaders, 'content-length') ?? '0'
  const isEmpty = Number(length) === 0 && findHeader(rawHeaders, 'transfer-encoding') === undefined
  return {
    form: 'curl -v',
    request: { method, target, rawHeaders, body: isEmpty ? new Uint8Array() : undefined },
    ...(got.length === 0
      ? {}
      : {
          answer: {
            status: statusOf(got),
            headers: toMembers(readHeaderLines(got.slice(1))),
            body: body.join('\n').trim(),
          },
        }),
  }
}

const nothing: Exchange = { sent: [], got: [], body: [] }

const statusOf = (got: readonly string[]): number => Number(/^HTTP\/\S+ (\d{3})/.exec(got[0] ?? '')?.[1] ?? 0)

function splitExchanges(lines: readonly string[]): Exchange[] {
  const exchanges: Exchange[] = []
  for (const line of lines) {
    const kept = line.slice(2)
    if (line.startsWith('> ') && /^[A-Z]+ \S+ HTTP\//.test(kept))
      exchanges.push({ sent: [], got: [], body: [] })
    const current = exchanges.at(-1)
    if (current === undefined) continue
    if (line.startsWith('> ')) current.sent.push(kept)
    // A `100 Continue` comes before the answer.
    else if (line.startsWith('< HTTP/')) current.got.splice(0, current.got.length, kept)
    else if (line.startsWith('< ')) current.got.push(kept)
    // Curl's own remarks and its progress; the rest is the body, which curl writes as it is.
    else if (
      !/^(?:[*{}<>] |[<>*]$|\s*%|\s*Dload|[\s\d.:kMG-]*--:--:--)/.test(line) &&
      current.got.length > 0
    ) {
      // The remark that ends the transfer follows a body without a line end on the same line.
      current.body.push(line.replace(/\* (?:Connection|Closing|Curl_).*$/, ''))
    }
  }
  return exchanges
}
