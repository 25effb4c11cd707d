import { randomInt } from 'node:crypto'
import * as sigv4 from '@furlong/sigv4'
import { type Outcome, say, sayTable } from '../report.ts'
import { urlOf } from './cases.ts'
import { fuzzAll, type FuzzReport } from './fuzz.ts'
import { startOracles } from './oracles/index.ts'
import { botocoreIsAbsent } from './oracles/botocore.ts'

const usualCases = 5000

/**
 * Runs the differential fuzz.
 * @param flags `--seed N`, `--cases N`, `--from N`, `--botocore-every N`
 * @returns the counts; not ok when a deviation has no explanation
 */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const seed = readNumber(flags, '--seed') ?? randomInt(1_000_000_000)
  const from = readNumber(flags, '--from') ?? 0
  const cases = readNumber(flags, '--cases') ?? usualCases
  const oracles = await startOracles(readNumber(flags, '--botocore-every') ?? 1)
  say(`seed ${seed}, ${cases} cases, against ${oracles.map(({ name }) => name).join(', ')} and the reference`)
  if (!oracles.some(({ name }) => name === 'botocore')) say(botocoreIsAbsent)
  const onProgress = (done: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${cases}`)
  }
  try {
    const report = await fuzzAll(sigv4, { seed, from, cases, oracles, mostFailures: 10, onProgress })
    if (process.stderr.isTTY) process.stderr.write('\r')
    return show(seed, report)
  } finally {
    for (const { close } of oracles) await close?.()
  }
}

function readNumber(flags: readonly string[], name: string): number | undefined {
  const index = flags.indexOf(name)
  if (index < 0) return undefined
  const value = Number(flags[index + 1])
  if (Number.isInteger(value) && value >= 0) return value
  throw new TypeError(`${name} must be followed by a whole number`)
}

function show(seed: number, { cases, agreed, explained, failures }: FuzzReport): Outcome {
  const alike = [...agreed].toSorted(([left], [right]) => (left < right ? -1 : 1))
  const rows = [...explained.values()].toSorted((left, right) =>
    left.oracle < right.oracle ? -1 : left.oracle > right.oracle ? 1 : right.count - left.count,
  )
  const rowsOf = (wanted: (oracle: string) => boolean): string[][] =>
    rows
      .filter(({ oracle }) => wanted(oracle))
      .map(({ oracle, by, count }) => {
        const link = by.link === '' ? '' : ` (${by.link})`
        return [oracle, by.id, String(count), by.says + link]
      })
  say()
  sayTable([['agreed', 'times'], ...alike.map(([what, count]) => [what, String(count)])])
  say()
  sayTable([
    ['signer', 'deviation, explained', 'times', 'what differs, and why'],
    ...rowsOf((oracle) => oracle !== 'verify'),
  ])
  say()
  sayTable([
    ['by', 'change that is none', 'times', 'why it is accepted'],
    ...rowsOf((oracle) => oracle === 'verify'),
  ])
  for (const { fuzz, what, detail } of failures) {
    say(`\nFAILED ${what}: ${detail}`)
    say(
      `  smallest: ${fuzz.method} ${urlOf(fuzz)} ${JSON.stringify(fuzz.headers)} ${fuzz.service}${fuzz.expiresInSeconds === undefined ? '' : ' presigned'}`,
    )
    say(`  again: npm run conform -- fuzz --seed ${seed} --from ${fuzz.index} --cases 1`)
  }
  say(`\n${cases} cases, ${failures.length} deviations without an explanation`)
  return {
    rows: [
      { row: 'cases', value: cases, unit: 'cases' },
      ...alike.map(([row, value]) => ({ row, value, unit: 'agreed' })),
      ...rows.map(({ oracle, by, count }) => ({
        row: `${oracle}: ${by.id}`,
        value: count,
        unit: 'explained',
      })),
      { row: 'deviations without an explanation', value: failures.length, unit: 'failures' },
    ],
    ok: failures.length === 0,
  }
}
