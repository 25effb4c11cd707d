/** Calls of IAM and STS, without a server around them. */
import { handleControl } from '../../../packages/local/src/control/handle-control.ts'
import { iamOperations } from '../../../packages/local/src/control/iam/operations.ts'
import type { QueryMember, QueryOperation } from '../../../packages/local/src/control/query/operation.ts'
import type { ControlServices } from '../../../packages/local/src/control/services.ts'
import { stsOperations } from '../../../packages/local/src/control/sts/operations.ts'
import {
  createPlaneStore,
  planeAccount,
  planeRole,
} from '../../../packages/local/src/testing/lambda-plane.ts'
import type { Random } from '../../../conform/fuzz/random.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate, readCorpus } from '../mutate.ts'

type Service = readonly [name: 'iam' | 'sts', version: string, operations: readonly QueryOperation[]]

const services: readonly [Service, ...Service[]] = [
  ['iam', '2010-05-08', [...iamOperations.values()]],
  ['sts', '2011-06-15', [...stsOperations.values()]],
]

const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}'
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${planeAccount}"},"Action":"sts:AssumeRole"}]}`
/** Texts that mean something somewhere, so that calls come to their ends now and then. */
const telling = [
  'a',
  'b',
  'fn',
  '/',
  '/path/',
  policy,
  trust,
  planeRole,
  `arn:aws:iam::${planeAccount}:user/a`,
  `arn:aws:iam::${planeAccount}:policy/a`,
  'arn:aws:iam::aws:policy/AdministratorAccess',
  'v1',
  '100',
  '3600',
  'true',
  'false',
  'lambda:InvokeFunction',
  '*',
  'Active',
  'Inactive',
  'Local',
  '',
  '__proto__',
  '<&>"\'',
  '\u0000',
  '\ud800',
  'x'.repeat(300),
] as const
const tokens = [
  '&',
  '=',
  '.member.1',
  '.member.99999999',
  'Action=',
  'Version=2010-05-08',
  '%26',
  'Tags.member.1.Key=a',
  'MaxItems=1',
  'Marker=',
]

function write(random: Random, name: string, member: QueryMember): string[] {
  const value = (): string => encodeURIComponent(random.pick(telling).toWellFormed())
  if (member.type !== 'list') return [`${name}=${value()}`]
  const { fields } = member
  return random
    .list(3, () => 0)
    .flatMap((_, at) => {
      const item = `${name}.member.${at + 1}`
      return fields === undefined
        ? [`${item}=${value()}`]
        : Object.entries(fields).flatMap(([field, one]) => write(random, `${item}.${field}`, one))
    })
}

function createForm(random: Random, operation: QueryOperation, version: string): string {
  const members = Object.entries(operation.members).flatMap(([name, member]) =>
    random.chance(0.75) ? write(random, name, member) : [],
  )
  return [`Action=${operation.name}`, `Version=${version}`, ...members].join('&')
}

/** Each run of so many calls begins with an empty state. */
const callsOfAState = 500

/** Forms. */
export const queries: FuzzInput = {
  says: 'forms into IAM and STS: an answer that is XML, never a failure of their own',
  open: () => {
    const corpus = readCorpus('queries')
    let [store, calls] = [createPlaneStore(), 0]
    const check = async (random: Random, index: number): Promise<string> => {
      calls += 1
      if (calls > callsOfAState) {
        store.close()
        ;[store, calls] = [createPlaneStore(), 0]
      }
      const [service, version, operations] = random.pick(services)
      const operation = operations[random.below(operations.length)]
      if (operation === undefined) throw new TypeError(`${service} has no operations.`)
      const form = random.chance(0.8)
        ? Buffer.from(createForm(random, operation, version))
        : mutate(random, index, corpus, tokens)
      const answer = await handleControl(
        {
          raw: { method: 'POST', target: '/', rawHeaders: [], body: form },
          caller: {
            type: 'root',
            account: planeAccount,
            arn: `arn:aws:iam::${planeAccount}:root`,
            id: planeAccount,
          },
          accessKeyId: 'AKIAEXAMPLE',
          accountId: planeAccount,
          region: 'us-east-1',
          service,
          http: { sourceIp: '127.0.0.1', secureTransport: true, region: 'us-east-1' },
          requestId: 'r',
          now: new Date(),
        },
        { store, authorize: () => ({ allowed: true }) } as unknown as ControlServices,
      )
      if (answer.status >= 500) broken(`${answer.status}: ${answer.refusal?.message ?? ''}`, form.toString())
      const xml = Buffer.from(answer.body).toString()
      if (!isWellFormed(xml)) broken(`no XML: ${xml}`, form.toString())
      return `${service} ${answer.status}`
    }
    return Promise.resolve({
      check,
      close: async () => store.close(),
    })
  },
}

/** XML 1.0 as the answers have it: elements that close in order, five entities, no character that XML does not know. */
function isWellFormed(xml: string): boolean {
  if (/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml)) return false
  const open: string[] = []
  for (const [, text = '', end, name = ''] of xml.matchAll(
    /([^<]*)<(\/?)([A-Za-z][\w.-]*)(?: xmlns="[^"<&]*")?>/g,
  )) {
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) return false
    if (end === '') open.push(name)
    else if (open.pop() !== name) return false
  }
  return open.length === 0 && xml.endsWith('>')
}
