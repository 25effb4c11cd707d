import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fetchErrorCodes } from './errors.ts'
import { type Refusal, type RetryOptions, retryTable, type SignedFetchOptions } from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The cells of the rows under a heading of the table's first cell. */
function readTable(first: string): string[][] {
  const lines = readme.split('\n')
  const head = lines.findIndex((line) => line.startsWith(`| ${first} `))
  const rows = lines.slice(head + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

// The compiler refuses a member that is missing here, and one too many.
const options: Readonly<Record<Exclude<keyof SignedFetchOptions, 'now' | 'random' | 'sleep'>, true>> = {
  region: true,
  service: true,
  credentials: true,
  maxBodyBytes: true,
  retry: true,
  timeoutMs: true,
  attemptTimeoutMs: true,
  explain: true,
  fetch: true,
}
const retryOptions: Readonly<Record<keyof RetryOptions, true>> = {
  attempts: true,
  baseDelayMs: true,
  maxDelayMs: true,
  methods: true,
  statuses: true,
}
type Reason<Kind extends Refusal['kind']> = Extract<Refusal, { kind: Kind; reason: string }>['reason']
const kinds: { readonly [Kind in Refusal['kind']]: Readonly<Record<Reason<Kind>, true>> } = {
  signature: { mismatch: true, scope: true, clock: true, incomplete: true, missing: true },
  credentials: { 'unknown-key': true, 'expired-token': true },
  'access-denied': {},
  'no-such-url': {},
  throttled: { concurrency: true, 'reserved-concurrency': true, rate: true },
  'too-large': {},
  'function-error': { failed: true, timeout: true },
}

describe('README.md', () => {
  it('names every option', () => {
    const named = readTable('option').map(([name]) => name)
    const wanted = [...Object.keys(options), ...Object.keys(retryOptions).map((name) => `retry.${name}`)]
    expect(named.toSorted()).toEqual(
      ['`now`, `random`, `sleep`', ...wanted.map((name) => `\`${name}\``)].toSorted(),
    )
  })

  it('holds the table of retries', () => {
    const rows = readTable('method')
    const causes = [429, 502, 503, 504, 'connection', 'timeout'] as const
    const wanted = Object.entries(retryTable).map(([method, row]) => [
      method,
      ...causes.map((cause) => (row[cause] ? 'yes' : 'no')),
    ])
    expect(rows).toEqual(wanted)
  })

  it('names every kind and reason of a refusal', () => {
    const wanted = Object.entries(kinds).map(([kind, reasons]) => [
      `\`${kind}\``,
      Object.keys(reasons)
        .map((reason) => `\`${reason}\``)
        .join(', '),
    ])
    expect(readTable('kind')).toEqual(wanted)
  })

  it('names every code of an error', () => {
    expect(readTable('code')).toEqual(
      Object.entries(fetchErrorCodes).map(([code, says]) => [`\`${code}\``, says]),
    )
  })
})
