import type { LiveFunction, SwapOutcome } from '@furlong/local'
import { describe, expect, it } from 'vitest'
import { DevLoop } from './loop.ts'
import type { DevTeller } from './tell.ts'

/** A loop whose swaps end when they are told to. */
function createLoop() {
  const swaps: ((outcome: SwapOutcome) => void)[] = []
  const told: string[] = []
  const live: Pick<LiveFunction, 'hold' | 'release' | 'fail' | 'swap'> = {
    hold: () => {},
    release: () => void told.push('release'),
    fail: () => {},
    swap: async (_code, isLatest = () => true) => {
      const outcome = await new Promise<SwapOutcome>((done) => swaps.push(done))
      if (outcome.kind === 'ready' && isLatest()) told.push('release')
      return outcome
    },
  }
  const teller = {
    updated: (paths: readonly string[]) => told.push(`updated ${paths.join(' ')}`),
    failed: () => told.push('failed'),
  } as unknown as DevTeller
  return { loop: new DevLoop(live as LiveFunction, {}, teller), swaps, told }
}

const ready: SwapOutcome = { kind: 'ready', modules: [] }

/** Code was made of all that was saved. */
function swap(loop: DevLoop): Promise<unknown> {
  loop.begin()
  return loop.swap()
}

describe('DevLoop', () => {
  it('tells each save once its own code is there, and lets calls wait for the last', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    swaps[0]?.(ready)
    await first
    expect(told).toEqual(['updated a'])
    const second = swap(loop)
    swaps[1]?.(ready)
    await second
    expect(told).toEqual(['updated a', 'release', 'updated b'])
  })

  it('waits for code that was made while the code before came', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    loop.begin()
    swaps[0]?.(ready)
    await first
    expect(told).toEqual(['updated a'])
    const second = loop.swap()
    swaps[1]?.(ready)
    await second
    expect(told).toEqual(['updated a', 'release', 'updated b'])
  })

  it('tells code that was superseded with what superseded it', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    const second = swap(loop)
    swaps[1]?.(ready)
    await second
    swaps[0]?.({ kind: 'superseded' })
    await first
    expect(told).toEqual(['release', 'updated a b'])
  })

  it('takes nothing from code that is on its way for a save that changed nothing', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const coming = swap(loop)
    loop.changed(['a'])
    loop.same()
    expect(told).toEqual([])
    swaps[0]?.(ready)
    await coming
    expect(told).toEqual(['release', 'updated a'])
    loop.changed(['a'])
    loop.same()
    expect(told).toEqual(['release', 'updated a', 'release'])
  })
})
