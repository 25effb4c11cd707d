import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { conditionRules } from '../../packages/iam/src/lint-conditions.ts'
import { grantRules } from '../../packages/iam/src/lint-grants.ts'
import { lintPolicy, parsePolicy, type PolicyKind } from '../../packages/iam/src/index.ts'
import { compareWithTheBook, type VerdictName } from '../../packages/iam/src/testing/against-the-book.ts'
import { callers, extraKeys, functionArns, rawSets } from '../../packages/iam/src/testing/random-cases.ts'
import {
  answerVector,
  expectedAnswer,
  parseVectors,
  type VectorCase,
  vectorFile,
} from '../../packages/iam/src/testing/vectors.ts'
import { type Outcome, type Row, say, sayTable } from '../report.ts'

const vectors = parseVectors(readFileSync(vectorFile, 'utf8'))
const usualSeed = 1
const usualCases = 20_000

/**
 * Runs the conformance suite of `@furlong/iam`: the vectors by rule, the rules told the slow way over random policies,
 * and what lint warns of in all of these policies.
 * @param flags `--cases N`, `--seed N`
 * @returns the counts; not ok when a vector or a verdict differs
 */
export function run(flags: readonly string[]): Promise<Outcome> {
  const seed = readNumber(flags, '--seed') ?? usualSeed
  const cases = readNumber(flags, '--cases') ?? usualCases
  const passed = runVectors()
  const agreement = runAgreement(seed, cases)
  const warnings = runLint(seed, cases / 10)
  return Promise.resolve({
    rows: [...passed.rows, ...agreement.rows, ...warnings],
    ok: passed.ok && agreement.ok,
  })
}

function readNumber(flags: readonly string[], name: string): number | undefined {
  const index = flags.indexOf(name)
  if (index < 0) return undefined
  const value = Number(flags[index + 1])
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`${name} must be followed by a whole number above 0`)
}

function runVectors(): Outcome {
  const { rules, cases } = vectors
  const failed = new Map(cases.flatMap((vector) => explainFailure(vector)))
  const lines = Object.entries(rules).map(([rule, title]) => {
    const own = cases.filter((vector) => vector.rules.includes(rule))
    return { rule, title, all: own.length, passed: own.filter(({ id }) => !failed.has(id)).length }
  })
  sayTable([
    ['rule', 'what it says', 'vectors passed'],
    ...lines.map(({ rule, title, all, passed }) => [rule, title, `${passed}/${all}`]),
    ['', 'all', `${cases.length - failed.size}/${cases.length}`],
  ])
  for (const [id, detail] of failed) say(`FAILED ${id}: ${detail}`)
  return {
    rows: [
      ...lines.map(({ rule, all, passed }) => ({
        row: `vectors: ${rule}`,
        value: passed,
        unit: `of ${all} vectors`,
      })),
      { row: 'vectors', value: cases.length - failed.size, unit: `of ${cases.length} vectors` },
    ],
    ok: failed.size === 0 && lines.every(({ all }) => all > 0),
  }
}

function explainFailure(vector: VectorCase): (readonly [id: string, detail: string])[] {
  const got = answerVector(vector)
  const expected = expectedAnswer(vector)
  return isDeepStrictEqual(got, expected)
    ? []
    : [[vector.id, `${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`]]
}

function runAgreement(seed: number, numRuns: number): Outcome {
  const seen: Record<VerdictName, number> = { Allow: 0, ExplicitDeny: 0, ImplicitDeny: 0, Unknown: 0 }
  const agrees = fc.property(rawSets, callers, functionArns, extraKeys, (raw, principal, arn, keys) =>
    compareWithTheBook(raw, principal, arn, keys).every(({ got, expected }) => {
      seen[got] += 1
      return got === expected
    }),
  )
  const { failed, counterexample } = fc.check(agrees, { numRuns, seed })
  const verdicts = Object.entries(seen).filter(([name]) => name !== 'Unknown')
  say()
  sayTable([
    [`against the rules told the slow way, ${numRuns} cases, seed ${seed}`, 'actions agreed'],
    ...verdicts.map(([name, count]) => [name, String(count)]),
  ])
  if (failed) say(`FAILED the smallest case: ${JSON.stringify(counterexample)}`)
  return {
    rows: verdicts.map(([name, value]) => ({
      row: `slow reference: ${name}`,
      value,
      unit: 'actions agreed',
    })),
    ok: !failed,
  }
}

/** How often each rule of lint finds something: a rule that never does is never tried. */
function runLint(seed: number, count: number): Row[] {
  const found = new Map<string, number>([...grantRules, ...conditionRules].map(({ code }) => [code, 0]))
  const documents = [...listVectorDocuments(), ...listRandomDocuments(seed, Math.ceil(count))]
  for (const { document, kind } of documents) {
    for (const { code } of lintPolicy(parsePolicy(JSON.stringify(document), kind), kind)) {
      found.set(code, (found.get(code) ?? 0) + 1)
    }
  }
  say()
  sayTable([
    [`lint, ${found.size} rules over ${documents.length} policies`, 'warnings'],
    ...[...found].map(([code, warnings]) => [code, String(warnings)]),
  ])
  return [...found].map(([code, value]) => ({ row: `lint: ${code}`, value, unit: 'warnings' }))
}

interface KindOfDocument {
  readonly document: object
  readonly kind: PolicyKind
}

function listVectorDocuments(): KindOfDocument[] {
  return vectors.cases.flatMap(({ policies }) => listDocuments(policies))
}

function listRandomDocuments(seed: number, numRuns: number): KindOfDocument[] {
  return fc.sample(rawSets, { seed, numRuns }).flatMap(listDocuments)
}

function listDocuments({
  identity = [],
  boundary,
  session = [],
  resource,
  scps = [],
}: VectorCase['policies']): KindOfDocument[] {
  const of = (kind: PolicyKind, documents: readonly (object | undefined)[]): KindOfDocument[] =>
    documents.flatMap((document) => (document === undefined ? [] : [{ document, kind }]))
  return [
    ...of('identity', identity),
    ...of('boundary', [boundary]),
    ...of('session', session),
    ...of('resource', [resource]),
    ...of('scp', scps.flat()),
  ]
}
