import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { toLambda } from '../to-lambda.ts'
import { applicationKinds } from './applications.node.ts'
import type { Journal } from './behaviours.node.ts'
import { judgeFidelity } from './fidelity.ts'
import type { FidelityRequest } from './fidelity.ts'
import { memoryRuntime, sendBuffered, sendStreaming } from './front-door.node.ts'
import type { MemoryStreamHandler } from './front-door.node.ts'

beforeAll(() => {
  Object.assign(globalThis, { awslambda: memoryRuntime })
  vi.spyOn(globalThis.console, 'error').mockImplementation(() => undefined)
})
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'awslambda')
  vi.restoreAllMocks()
})

const createJournal = (): Journal => ({ cancelled: false, aborted: false, made: 0, go: () => undefined })

describe.each(Object.entries(applicationKinds))('%s', (kind, { family, create }) => {
  it.each(['buffered', 'stream'] as const)('is hosted without a loss, %s', async (mode) => {
    const app = await create(createJournal())
    const handlers = new Map<number, ReturnType<typeof toLambda>>()
    const outcomes = await judgeFidelity(kind, { family, mode }, (request: FidelityRequest) => {
      const trustProxy = request.event?.trustProxy ?? 0
      const handler = handlers.get(trustProxy) ?? toLambda(app, { mode, trustProxy })
      handlers.set(trustProxy, handler)
      return mode === 'buffered'
        ? sendBuffered(handler, request)
        : sendStreaming(handler as unknown as MemoryStreamHandler, request)
    })
    expect(outcomes.filter(({ result }) => result === 'failed')).toEqual([])
    expect(outcomes.length).toBeGreaterThan(70)
  })
})
