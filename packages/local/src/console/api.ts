/** The console's API: one row for each call of the contract. */
import { gates } from '../record/gates.ts'
import type { RequestRecord } from '../record/record.ts'
import { readRecordFilter, readRecordPage } from '../front/record-query.ts'
import type { EventStream } from '../front/send-events.ts'
import { drawAccess, explainAccess } from './access.ts'
import { everybody, listPrincipals, toCaller } from './callers.ts'
import type {
  AccessPair,
  ConsoleApi,
  FixAnswer,
  LogPage,
  Overview,
  ReplayInput,
  RequestPage,
  Start,
} from './contract.ts'
import { describeRequest } from './detail.ts'
import { applyFixes } from './fixes.ts'
import { describeFunction, listFunctions } from './functions.ts'
import { grant, revoke } from './grants.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'
import { replay } from './replay.ts'
import { createRow } from './rows.ts'
import { createLineFilter, maskLine, streamEvents } from './stream.ts'

/** What a call brings. */
export interface ApiInput {
  readonly query: URLSearchParams
  /** From the path. */
  readonly id: string
  /** Parsed; undefined when there is none. */
  readonly body: unknown
}

type Answers = {
  readonly [Name in Exclude<keyof ConsoleApi, 'GET /stream' | 'POST /session'>]: (
    parts: ConsoleParts,
    input: ApiInput,
  ) => AnswerOf<ConsoleApi[Name]> | Promise<AnswerOf<ConsoleApi[Name]>>
}

type AnswerOf<Call> = Call extends { readonly answer: infer Answer } ? Answer : never

const answers: Answers = {
  'GET /start': readStart,
  'GET /overview': readOverview,
  'GET /requests': (parts, input) => ({ ...readRequests(parts, input), total: parts.records.total }),
  'GET /requests/<id>': (parts, { id }) => describeRequest(parts, findRecord(parts, id)),
  'GET /functions': (parts) => ({ functions: listFunctions(parts) }),
  'GET /function': (parts, { query }) => {
    const arn = query.get('arn') ?? ''
    const found = describeFunction(parts, arn)
    if (found === undefined) throw new ConsoleError(404, `No function of this side has the ARN ${arn}.`)
    return found
  },
  'GET /logs': readLogs,
  'GET /access': (parts) => drawAccess(parts),
  'GET /access/pair': (parts, { query }) =>
    explainAccess(parts, { caller: query.get('caller') ?? '', urlId: query.get('urlId') ?? '' }),
  'GET /metrics': ({ metrics }) => metrics.read(),
  'POST /fixes': fix,
  'POST /grants': async (parts, { body }) => ({ steps: await grant(parts, readPair(body)) }),
  'POST /revocations': async (parts, { body }) => ({ steps: await revoke(parts, readPair(body)) }),
  'POST /replays': (parts, { body }) => {
    const input = readReplay(body)
    return replay(parts, findRecord(parts, input.recordId), input)
  },
}

const recordPath = /^\/requests\/([a-z0-9]+)$/

/**
 * Answers one call.
 *
 * @param parts of the side
 * @param method of the request
 * @param path below the API's own
 * @param input query and body
 * @returns what is answered as JSON, or a stream; undefined for a call that there is not
 * @throws {ConsoleError} for what cannot be answered
 * @throws {TypeError} for a query that is malformed
 */
export async function answerCall(
  parts: ConsoleParts,
  method: string,
  path: string,
  input: Omit<ApiInput, 'id'>,
): Promise<{ readonly json: unknown } | EventStream | undefined> {
  if (method === 'GET' && path === '/stream') return { events: follow(parts, input.query) }
  const id = recordPath.exec(path)?.[1] ?? ''
  const name = `${method} ${id === '' ? path : '/requests/<id>'}`
  if (!Object.hasOwn(answers, name)) return undefined
  return { json: await answers[name as keyof Answers](parts, { ...input, id }) }
}

/** Rows of the first answer: a high screen shows 80. */
const firstRows = '100'

/** What the page begins with. */
export function readStart(parts: ConsoleParts): Start {
  const query = new URLSearchParams({ limit: firstRows })
  return { overview: readOverview(parts), newest: readRequests(parts, { query }) }
}

function readOverview({ side, store }: ConsoleParts): Overview {
  const { endpoint, region, stateFolder, startedAt, accounts } = side
  return {
    endpoint,
    region,
    stateFolder,
    startedAt,
    accounts: accounts.map(({ accountId, userArn }) => ({ accountId, userArn })),
    gates,
    callers: [...listPrincipals(store).map(toCaller), everybody],
  }
}

function readRequests({ records }: ConsoleParts, { query }: Pick<ApiInput, 'query'>): RequestPage {
  const { cursor } = records
  const page = readRecordPage(query)
  const found = records.list(page)
  const next = found.length < page.limit ? undefined : found.at(-1)?.cursor
  return { rows: found.map(createRow), cursor, ...(next === undefined ? {} : { next }) }
}

function findRecord({ records }: ConsoleParts, id: string): RequestRecord {
  const record = records.get(id)
  if (record === undefined)
    throw new ConsoleError(404, 'There is no such request, or it is too old to be kept.')
  return record
}

/** Most log lines of one answer. */
const maxLines = 5_000

function readLogs({ logs }: ConsoleParts, { query }: ApiInput): LogPage {
  const isWanted = createLineFilter(query.get('function') ?? undefined)
  const limit = Math.min(readNumber(query, 'limit') ?? 1_000, maxLines)
  const lines = [...logs.after(readNumber(query, 'after') ?? 0)].filter(isWanted)
  return { lines: lines.slice(-limit).map(maskLine), cursor: logs.cursor }
}

function follow(parts: ConsoleParts, query: URLSearchParams): EventStream['events'] {
  const logs = query.get('logs') ?? undefined
  readRecordFilter(query)
  return streamEvents(parts, {
    after: Math.min(readNumber(query, 'after') ?? parts.records.cursor, parts.records.cursor),
    metrics: query.get('metrics') === '1',
    ...(logs === undefined ? {} : { logs }),
  })
}

async function fix(parts: ConsoleParts, { body }: ApiInput): Promise<FixAnswer> {
  const { recordId, replay: isSentAgain } = readObject(body)
  const record = findRecord(parts, readText(recordId, 'recordId'))
  const steps = await applyFixes(parts, record)
  const isDone = steps.every(({ outcome }) => outcome !== 'failed')
  return isSentAgain === true && isDone ? { steps, replay: await replay(parts, record, {}) } : { steps }
}

function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,16}$/.test(text)) throw new ConsoleError(400, `${name} must be a whole number, not ${text}.`)
  return Number(text)
}

function readObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>
  throw new ConsoleError(400, 'The body must be a JSON object.')
}

function readText(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new ConsoleError(400, `${name} must be a string.`)
}

function readPair(body: unknown): AccessPair {
  const { caller, urlId } = readObject(body)
  return { caller: readText(caller, 'caller'), urlId: readText(urlId, 'urlId') }
}

function readReplay(body: unknown): ReplayInput {
  const { recordId, as, edit } = readObject(body)
  return {
    recordId: readText(recordId, 'recordId'),
    ...(as === undefined ? {} : { as: readText(as, 'as') }),
    ...(edit === undefined ? {} : { edit: readEdit(edit) }),
  }
}

/** A method and a target as HTTP has them: nothing that could end the line they stand on. */
const methodForm = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/
const targetForm = /^\/[\u0021-\u007e]*$/

function readEdit(value: unknown): NonNullable<ReplayInput['edit']> {
  const { method, target, headers, body } = readObject(value)
  const name = readText(method, 'method')
  if (!methodForm.test(name))
    throw new ConsoleError(400, `method is no method of HTTP: ${name.slice(0, 64)}.`)
  const path = readText(target, 'target')
  if (!targetForm.test(path))
    throw new ConsoleError(400, 'target must begin with / and hold printable ASCII without blanks.')
  if (!Array.isArray(headers)) throw new ConsoleError(400, 'headers must be a list of pairs.')
  const pairs = headers.map((pair): [string, string] => {
    const [header, text] = Array.isArray(pair) ? (pair as unknown[]) : []
    return [readText(header, 'The name of a header'), readText(text, 'The value of a header')]
  })
  if (body === undefined) return { method: name, target: path, headers: pairs }
  const { text, encoding } = readObject(body)
  if (encoding !== 'utf8' && encoding !== 'base64')
    throw new ConsoleError(400, 'encoding must be utf8 or base64.')
  return { method: name, target: path, headers: pairs, body: { text: readText(text, 'text'), encoding } }
}
