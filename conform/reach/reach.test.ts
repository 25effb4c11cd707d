import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listClients } from './clients.ts'
import { judge, tryClient } from './reach.ts'
import { openStage, type Stage } from './stage.ts'

/** One client of each kind; `npm run conform -- reach` runs them all. */
const chosen = ['Python requests', 'curl --aws-sigv4', 'Node 24 fetch', 'Node 24 https', 'Node 24 AWS SDK']

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})

afterAll(async () => {
  await stage.close()
})

describe('a program with a URL of AWS in it', () => {
  const clients = listClients().filter(({ name }) => chosen.includes(name))
  it.each(clients)('reaches the local URL: $name', async (client) => {
    const result = await tryClient(client, 'aws', stage)
    expect(result).toBe(client.command === undefined ? client.why : 'pass')
  })

  it('reaches it from inside a function', async () => {
    for (const { name, call } of stage.functions) {
      if (name === 'python') continue
      expect(judge(await call())).toBe('pass')
    }
  })
})
