/** The local side of the demo with its two accounts, and the ways of calling a function URL that the steps share. */
import { createHmac } from 'node:crypto'
import { type Clients, createClients, type Target } from '@furlong/aws'
import type { Local, RequestRecord } from '@furlong/local'
import { type Credentials, sign } from '@furlong/sigv4'
import { shorten, type Walk } from './walk.ts'

/** One account of the local side, with its administrator's clients. */
export interface Account {
  readonly accountId: string
  readonly target: Target
  readonly clients: Clients
}

/** An answer as the demo shows it. */
export interface Shown {
  readonly status: number
  readonly body: string
  readonly why?: string | undefined
}

/** How a request is spoilt on its way, or signed wrongly. */
export interface Spoiling {
  readonly service?: string
  readonly region?: string
  /** Signed with instead of the right secret; furlong's own signer refuses one with white space. */
  readonly secretAccessKey?: string
  /** What happens to the URL after signing. */
  readonly change?: (url: string) => string
}

/** What every step works with. */
export class Stage {
  readonly local: Local
  readonly walk: Walk
  /** Owns the functions. */
  readonly owner: Account
  /** A stranger at first. */
  readonly partner: Account

  constructor(local: Local, walk: Walk) {
    const [owner, partner] = local.accounts.map((account) => {
      const target: Target = {
        kind: 'local',
        region: local.region,
        endpoint: local.endpoint,
        credentials: account,
      }
      return { accountId: account.accountId, target, clients: createClients(target) }
    })
    if (owner === undefined || partner === undefined) throw new TypeError('The demo needs two accounts.')
    this.local = local
    this.walk = walk
    this.owner = owner
    this.partner = partner
  }

  /** Signs a GET with these keys, spoils it where asked, sends it. */
  async get(url: string, credentials: Credentials, spoiling: Spoiling = {}): Promise<Shown> {
    const { service = 'lambda', region = this.local.region, change = (same: string) => same } = spoiling
    const signed = sign({ method: 'GET', url }, { credentials, service, region, now: new Date() })
    const headers: Record<string, string> = Object.fromEntries(signed.headers)
    const { secretAccessKey } = spoiling
    if (secretAccessKey !== undefined) {
      const signature = signByHand(signed.stringToSign, secretAccessKey)
      headers['authorization'] = headers['authorization']?.replace(/[0-9a-f]{64}$/, signature) ?? ''
    }
    return show(await fetch(change(signed.url), { headers }))
  }

  /** Invokes a calling function and gives back what it got from the URL. */
  async invokeCaller(functionName: string, call: Record<string, unknown>): Promise<Shown> {
    const lambda = await this.owner.clients.lambda()
    const { Payload, FunctionError } = await lambda.invoke({
      FunctionName: functionName,
      Payload: JSON.stringify(call),
    })
    const text = Buffer.from(Payload ?? []).toString('utf8')
    if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${text}`)
    return JSON.parse(text) as Shown
  }

  /** Prints an answer with furlong's reason, and keeps the verdict. */
  conclude(request: string, expected: number, shown: Shown): RequestRecord | undefined {
    const { walk } = this
    walk.came(`${shown.status} ${shorten(shown.body, 110)}`)
    const record = this.recordOf(shown)
    const cause = record?.refusal?.cause ?? calledBy(shown.body)
    if (record?.refusal !== undefined) walk.says(cause)
    walk.verdict({ request, expected, got: shown.status, says: cause })
    return record
  }

  /** The record that the answer's `x-furlong-why` names. */
  recordOf({ why }: Shown): RequestRecord | undefined {
    const id = why?.split(' ').at(-1)
    return id === undefined ? undefined : this.local.records.get(id)
  }
}

/** @returns status, body and reason header of a response */
export async function show(response: Response): Promise<Shown> {
  return {
    status: response.status,
    body: await response.text(),
    why: response.headers.get('x-furlong-why') ?? undefined,
  }
}

/** What a signer does that takes any secret. */
function signByHand(stringToSign: string, secretAccessKey: string): string {
  const scope = stringToSign.split('\n')[2]?.split('/') ?? []
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  let key: string | Buffer = `AWS4${secretAccessKey}`
  for (const part of scope) key = hmac(key, part)
  return hmac(key, stringToSign).toString('hex')
}

function calledBy(body: string): string {
  try {
    const { calledBy } = JSON.parse(body) as { calledBy?: string }
    return calledBy === undefined
      ? 'answered'
      : `the application saw ${calledBy.split(':').slice(4).join(':')}`
  } catch {
    return 'answered by the application'
  }
}
