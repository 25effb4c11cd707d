// The control plane alone, for its tests: the real store, engine and policies behind a bare HTTP server that believes
// every access key.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createAccessDeniedMessage, createApiRequest, decide } from '@furlong/iam'
import { readAuthorization } from '@furlong/sigv4'
import { strToU8, zipSync } from 'fflate'

import { findCaller } from '../auth/caller.ts'
import { CompiledPolicies } from '../auth/compiled-policies.ts'
import { mintSession } from '../auth/function-sessions.ts'
import { collectPolicies } from '../auth/policy-sets.ts'
import { Engine } from '../engine/index.ts'
import { CodeStore } from '../store/code-store.ts'
import { Store } from '../store/store.ts'
import type { LocalAccount } from '../side/sides.ts'
import { createAuthenticationAnswer, handleControl } from '../control/index.ts'
import type { ControlAnswer, ControlRequest, ControlService, ControlServices } from '../control/index.ts'

/** A running side. */
export interface TestSide {
  readonly endpoint: string
  readonly store: Store
  readonly code: CodeStore
  /** The first is the one tests call as. */
  readonly accounts: readonly [LocalAccount, LocalAccount]
  /** Ids of URLs that listen. */
  readonly openUrls: Set<string>
  /** Every answer, oldest first. */
  readonly answers: ControlAnswer[]
  close(): Promise<void>
}

/** A handler that answers with its event, its log lines and its environment. */
export const handlerZip: Uint8Array = zipSync({
  'index.mjs': strToU8(
    `export const handler = async (event, context) => {
      console.log('hello from', context.functionName)
      if (event.fail) throw new TypeError('as asked')
      return { event, name: process.env.NAME ?? null }
    }`,
  ),
})

/** Trusts Lambda, as the role of a function must. */
export const lambdaTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** Starts a side on a free port. */
export async function startTestSide(): Promise<TestSide> {
  const folder = mkdtempSync(join(tmpdir(), 'furlong-control-'))
  const store = Store.open(':memory:')
  const accounts = [store.seedAccount('111122223333'), store.seedAccount('444455556666')] as const
  const code = new CodeStore(join(folder, 'code'))
  const openUrls = new Set<string>()
  const answers: ControlAnswer[] = []
  const compiled = new CompiledPolicies()
  const engine = new Engine({
    sessionFor: ({ arn, name }) =>
      mintSession(store, store.functionByArn(arn)?.roleArn ?? '', name, new Date()),
    clientEnvironment: {},
    onLog: () => {},
  })
  let nextPort = 20_000
  const services: ControlServices = {
    store,
    engine,
    code,
    urls: {
      open: (url) => {
        openUrls.add(url.urlId)
        return Promise.resolve({ ...url, port: url.port ?? nextPort++ })
      },
      close: (urlId) => {
        openUrls.delete(urlId)
        return Promise.resolve()
      },
      render: ({ port }) => `http://127.0.0.1:${port}/`,
    },
    authorize: (request, action, resource, context = {}) => {
      const resourceAccount = resource.split(':')[4] || request.accountId
      const { caller: principal, http, now } = request
      const access = createApiRequest({ principal, action, resource, resourceAccount, http, now, context })
      const caller = findCaller(store, request.accessKeyId)
      const decision = decide(access, collectPolicies(store, compiled, caller))
      return decision.allowed
        ? { allowed: true }
        : { allowed: false, message: createAccessDeniedMessage(access, decision) }
    },
  }
  const server = createServer(async (incoming, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array)
    const raw = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      rawHeaders: incoming.rawHeaders,
      body: Buffer.concat(chunks),
    }
    const answer = await answerRaw(raw, store, services)
    answers.push(answer)
    response.writeHead(answer.status, answer.headers.flat())
    response.end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    store,
    code,
    accounts,
    openUrls,
    answers,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await engine.close()
      store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function answerRaw(
  raw: ControlRequest['raw'],
  store: Store,
  services: ControlServices,
): Promise<ControlAnswer> {
  const requestId = crypto.randomUUID()
  const authorization = readAuthorization(raw)
  const service = (authorization?.scope.service ?? 'sts') as ControlService
  const caller = findCaller(store, authorization?.accessKeyId ?? '')
  if (authorization === undefined || caller === undefined) {
    const message = 'The security token included in the request is invalid.'
    return createAuthenticationAnswer(service, { code: 'UnrecognizedClientException', message }, requestId)
  }
  const { region } = authorization.scope
  return handleControl(
    {
      raw,
      caller: caller.principal,
      accessKeyId: caller.accessKeyId,
      accountId: caller.accountId,
      region,
      service,
      http: { sourceIp: '127.0.0.1', secureTransport: true, region },
      requestId,
      now: new Date(),
    },
    services,
  )
}
