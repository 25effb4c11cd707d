/** Calls of the side's own AWS APIs, signed by an account's administrator: what the page does is done and recorded like any other call. */
import { sign } from '@furlong/sigv4'
import { ConsoleError, type ConsoleParts } from './parts.ts'
import type { Step } from './contract.ts'

/** One call. */
export interface ApiCall {
  /** `lambda:AddPermission`. */
  readonly operation: string
  /** What it is about, for people. */
  readonly subject: string
  /** Whose administrator signs. */
  readonly accountId: string
  readonly region: string
  readonly method: string
  readonly path: string
  readonly contentType?: string
  readonly body?: string
  /** AWS's code for what was there before. */
  readonly keptCode?: string
}

/** Makes one call. */
export async function callApi({ side, now }: ConsoleParts, call: ApiCall): Promise<Step> {
  const { operation, subject, accountId, region, method, path, contentType, body, keptCode } = call
  const credentials = side.accounts.find((account) => account.accountId === accountId)
  if (credentials === undefined)
    throw new ConsoleError(409, `Account ${accountId} is not one of this side, so nobody here can do it.`)
  const url = `${side.endpoint}${path}`
  const signed = sign(
    {
      method,
      url,
      headers: contentType === undefined ? [] : [['content-type', contentType]],
      ...(body === undefined ? {} : { body }),
    },
    { credentials, region, service: operation.split(':')[0] ?? 'lambda', now: now() },
  )
  const response = await fetch(signed.url, {
    method,
    headers: signed.headers.map(([name, value]): [string, string] => [name, value]),
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  if (response.ok) return { operation, subject, outcome: 'done' }
  const code =
    response.headers.get('x-amzn-errortype')?.split(':')[0] ?? /<Code>([^<]*)/.exec(text)?.[1] ?? ''
  if (code === keptCode) return { operation, subject, outcome: 'kept' }
  return { operation, subject, outcome: 'failed', error: `${code || response.status}: ${readMessage(text)}` }
}

/** Makes calls one after the other, up to the first that fails. */
export async function callInOrder(parts: ConsoleParts, calls: readonly ApiCall[]): Promise<Step[]> {
  const steps: Step[] = []
  for (const call of calls) {
    const step = await callApi(parts, call)
    steps.push(step)
    if (step.outcome === 'failed') break
  }
  return steps
}

function readMessage(text: string): string {
  const found = /<Message>([^<]*)/.exec(text)?.[1]
  if (found !== undefined) return found
  try {
    const { message, Message } = JSON.parse(text) as { message?: string; Message?: string }
    return message ?? Message ?? text
  } catch {
    return text.slice(0, 300)
  }
}
