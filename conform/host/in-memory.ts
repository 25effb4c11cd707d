/** The suite within one process: events in, results and streams out, on the rules of a function URL. */
import type { Journal } from '../../packages/host/dist/testing/behaviours.node.js'
import { type FidelityRequest, judgeFidelity } from '../../packages/host/dist/testing/fidelity.js'
import {
  memoryRuntime,
  type MemoryStreamHandler,
  sendBuffered,
  sendStreaming,
} from '../../packages/host/dist/testing/front-door.node.js'
import { toLambda } from '../../packages/host/dist/testing/host.js'
import { finish, kinds, modes, type SettingResult } from './suite.ts'

Object.assign(globalThis, { awslambda: memoryRuntime })

const results: SettingResult[] = []
for (const [kind, { family, create }] of kinds) {
  for (const mode of modes) {
    const journal: Journal = { cancelled: false, aborted: false, made: 0, go: () => {} }
    const app = await create(journal)
    const handlers = new Map<number, ReturnType<typeof toLambda>>()
    const outcomes = await judgeFidelity(kind, { family, mode }, (request: FidelityRequest) => {
      const trustProxy = request.event?.trustProxy ?? 0
      const handler = handlers.get(trustProxy) ?? toLambda(app, { mode, trustProxy })
      handlers.set(trustProxy, handler)
      return mode === 'buffered'
        ? sendBuffered(handler, request)
        : sendStreaming(handler as unknown as MemoryStreamHandler, request)
    })
    results.push({ kind, mode, outcomes, skipped: {} })
  }
}
finish(results)
