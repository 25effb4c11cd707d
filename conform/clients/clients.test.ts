import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryCells } from './cells.ts'
import { listClients } from './clients.ts'
import { expectedFailures, findExpected } from './expected.ts'
import { listRecordedCells } from './recorded.ts'
import { requests } from './requests.ts'
import { openStage, type Stage, type Way } from './stage.ts'

/** One of each kind; `npm run conform -- clients` runs them all. */
const chosen: readonly (readonly [client: string, way: Way])[] = [
  ['furlong fetch', 'port'],
  ['furlong fetch', 'aws'],
  ['furlong undici', 'prefix'],
  ['aws4 + node:http', 'port'],
  ['botocore + requests', 'port'],
  ['curl --aws-sigv4', 'prefix'],
  ['AWS SDK v3, invoke', 'port'],
]

const clients = listClients()

describe('signing clients', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())

  it.each(chosen)('%s by %s: what passes on AWS passes, and what fails is named', async (name, way) => {
    const client = clients.find((one) => one.name === name)
    if (client?.command === undefined || client.isUnjudged !== undefined) return
    const results = await tryCells(client, way, stage)
    const expected = [...results.keys()].map((id) => [id, findExpected(name, id)?.result ?? 'pass'] as const)
    expect(results.size).toBeGreaterThan(20)
    expect([...results]).toEqual(expected)
  })

  it('makes of recorded requests what their kind says', () => {
    const cells = listRecordedCells()
    expect(cells).toHaveLength(48)
    for (const { client, request, result } of cells) {
      expect(result, `${client} ${request}`).toBe(findExpected(client, request)?.result ?? 'pass')
    }
  })

  it('expects failures of clients and requests that there are', () => {
    const names = new Set([
      ...clients.map(({ name }) => name),
      ...listRecordedCells().map(({ client }) => client),
    ])
    const ids = new Set(
      [...requests, ...listRecordedCells().map(({ request: id }) => ({ id }))].map(({ id }) => id),
    )
    for (const row of expectedFailures) {
      for (const name of row.clients) expect(names).toContain(name)
      for (const id of row.requests) expect(ids).toContain(id)
    }
  })
})
