import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults, tryFault } from './run.ts'
import { openStage, type Situation, type Stage, warmUp } from './stage.ts'

/** A few of each kind; `npm run prove -- faults` tries them all. */
const chosen = [
  'exits',
  'answers twice',
  'pipeline 50 requests',
  'smuggle by Content-Length and Transfer-Encoding',
]

// It looks at the server from outside, through /proc.
describe.runIf(process.platform === 'linux')('after a fault', () => {
  let stage: Stage
  let before: Situation
  beforeAll(async () => {
    stage = await openStage()
    before = await warmUp(stage)
  })
  afterAll(() => stage.close())

  it.each(chosen)(
    'the server is whole: %s',
    async (name) => {
      const fault = faults.find((one) => one.name === name)
      if (fault === undefined) throw new TypeError(`There is no fault ${name}.`)
      const { taken, wrong } = await tryFault(stage, before, fault)
      expect(wrong).toEqual([])
      expect(taken).not.toBe('')
    },
    60_000,
  )
})
