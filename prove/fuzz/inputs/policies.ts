/** Policy documents: as text, and as what decides. */
import * as fc from 'fast-check'
import {
  compilePolicy,
  lintPolicy,
  parsePolicy,
  type Policy,
  PolicyError,
  type PolicyKind,
} from '../../../packages/iam/src/index.ts'
import { compareWithTheBook } from '../../../packages/iam/src/testing/against-the-book.ts'
import { callers, extraKeys, functionArns, rawSets } from '../../../packages/iam/src/testing/random-cases.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate, readCorpus } from '../mutate.ts'

const kinds: readonly [PolicyKind, ...PolicyKind[]] = [
  'identity',
  'boundary',
  'session',
  'resource',
  'scp',
  'trust',
]
const tokens = [
  '"Effect":"Deny"',
  '"Action":"*"',
  '"NotAction":[]',
  '"Resource":"*"',
  '"Principal":"*"',
  '"NotPrincipal":{"AWS":"*"}',
  '"Condition":{"StringLike":{"aws:username":"${aws:username}"}}',
  'ForAllValues:',
  'IfExists',
  '${',
  '}',
  '[',
  ']',
  '{',
  ',',
  ':',
  'arn:aws:lambda:us-east-1:111122223333:function:f',
  '1e999',
  '\\ud800',
]

/** Texts. */
export const policyText: FuzzInput = {
  says: 'texts into parsePolicy, compilePolicy and lintPolicy, for every kind of policy',
  open: () => {
    const corpus = readCorpus('policies')
    return Promise.resolve({
      check: (random, index) => {
        const text = mutate(random, index, corpus, tokens).toString()
        const kind = random.pick(kinds)
        let policy: Policy
        try {
          policy = parsePolicy(text, kind)
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error
          return error.code
        }
        compilePolicy(policy, { type: kind, name: 'fuzz' })
        lintPolicy(policy, kind)
        // What was read must be what stands there: it reads the same again.
        if (JSON.stringify(parsePolicy(text, kind)) !== JSON.stringify(policy))
          broken('read in two ways', text)
        return 'parsed'
      },
      growths: [
        { name: 'a document of brackets', prepare: (bytes) => tryParse('['.repeat(bytes)) },
        {
          name: 'a list of actions',
          prepare: (bytes) =>
            tryParse(statement(`"Action":[${'"lambda:Get*",'.repeat(bytes / 14)}"s3:*"],"Resource":"*"`)),
        },
        {
          name: 'a list of statements',
          prepare: (bytes) =>
            tryParse(
              `{"Statement":[${'{"Effect":"Allow","Action":"s3:*","Resource":"*"},'.repeat(bytes / 50)}{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`,
            ),
        },
        {
          name: 'an action of stars',
          prepare: (bytes) =>
            tryParse(statement(`"Action":"lambda:${'*a'.repeat(bytes / 2)}","Resource":"*"`)),
        },
        {
          name: 'an object of keys',
          prepare: (bytes) =>
            tryParse(`{${Array.from({ length: bytes / 10 }, (_, at) => `"k${10_000 + at}":1`).join(',')}}`),
        },
      ],
    })
  },
}

const statement = (rest: string): string => `{"Version":"2012-10-17","Statement":{"Effect":"Allow",${rest}}}`

function tryParse(text: string): () => unknown {
  return () => {
    try {
      return compilePolicy(parsePolicy(text, 'identity'), { type: 'identity', name: 'fuzz' })
    } catch (error) {
      if (error instanceof PolicyError) return error
      throw error
    }
  }
}

/** Sets are sampled so many at a time. */
const sampled = 256

/** Decisions. */
export const decisions: FuzzInput = {
  says: 'sets of policies and a caller into decide, against the rules told the slow way',
  open: (seed) => {
    const cases = fc.tuple(rawSets, callers, functionArns, extraKeys)
    let [from, sample] = [-1, fc.sample(cases, { seed, numRuns: 1 })]
    return Promise.resolve({
      check: (_, index) => {
        const first = index - (index % sampled)
        if (first !== from) {
          sample = fc.sample(cases, { seed: (seed + first) | 0, numRuns: sampled })
          from = first
        }
        const one = sample[index - first]
        if (one === undefined) throw new TypeError('The sample is too small.')
        const verdicts = compareWithTheBook(...one)
        const wrong = verdicts.find(({ got, expected }) => got !== expected)
        if (wrong !== undefined) broken(`${wrong.action}: ${wrong.got} instead of ${wrong.expected}`, one)
        return verdicts.map(({ got }) => got).join(' and ')
      },
    })
  },
}
